package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
)

// An account's file is read, or refused by name; what was read survives being
// written.
func FuzzAccountFile(f *testing.F) {
	f.Add([]byte(`{"format":1,"account":"office@example.com","client_id":"c","store":"file","grant":{"issued_at":"2026-11-20T14:00:00Z","scopes":["openid"]}}`))
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`{"format":1,"account":"other@example.com"}`))
	f.Add([]byte(`{"format":1,"grant":{"lifetime":-9223372036854775808}}`))
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		accounts := store.NewAccounts(store.Paths{Config: dir, State: dir})
		const email = "office@example.com"
		file := accounts.File(email)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := accounts.Get(email)
		if err != nil {
			if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Facts["file"] != file {
				t.Errorf("Get = %v, want a symptom that names the file", err)
			}
			return
		}
		if err := accounts.Put(got); err != nil {
			t.Fatalf("Put of what Get gave = %v", err)
		}
		again, err := accounts.Get(email)
		if err != nil {
			t.Fatalf("Get after Put = %v", err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("the account has changed (-was +is):\n%s", diff)
		}
	})
}
