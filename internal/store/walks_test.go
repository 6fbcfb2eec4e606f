package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gmailoauth/internal/store"
)

func TestWalks(t *testing.T) {
	root := t.TempDir()
	walks := store.NewWalks(store.Paths{Data: filepath.Join(root, "data"), State: filepath.Join(root, "state")})
	if _, err := walks.Get("nocobase"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get of nothing = %v, want ErrNotFound", err)
	}
	if _, err := walks.Latest(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Latest of nothing = %v, want ErrNotFound", err)
	}
	for _, target := range []string{"nocobase", "./my app/"} {
		if err := walks.Put(target, []byte("of "+target)); err != nil {
			t.Fatalf("Put(%q) = %v", target, err)
		}
		got, err := walks.Get(target)
		if err != nil || string(got) != "of "+target {
			t.Errorf("Get(%q) = %q, %v; want what was put", target, got, err)
		}
		info, err := os.Stat(walks.File(target))
		if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("Put(%q): file %v, %v; want one that only we can read", target, info.Mode(), err)
		}
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(walks.File("./my app/"), past, past); err != nil {
		t.Fatal(err)
	}
	if got, err := walks.Latest(); err != nil || string(got) != "of nocobase" {
		t.Errorf("Latest = %q, %v; want the one put last", got, err)
	}
}
