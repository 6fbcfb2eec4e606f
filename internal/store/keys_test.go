package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// opener is a service account.
const opener = "mail@my-mail.iam.gserviceaccount.com"

// delegated gives accounts in the store spec that the opener opens, with its key.
func delegated(t *testing.T, dir, spec string, emails ...string) *store.Accounts {
	t.Helper()
	if err := open(t, spec, dir).Put(t.Context(), opener, storetest.Sample("key")); err != nil {
		t.Fatal(err)
	}
	accounts := store.NewAccounts(pathsIn(dir))
	for _, email := range emails {
		if err := open(t, spec, dir).Put(t.Context(), email, storetest.Sample("a")); err != nil {
			t.Fatal(err)
		}
		acct := sampleAccount(email)
		acct.Store, acct.Delegation = spec, &account.Delegation{ServiceAccount: opener}
		if err := accounts.Put(acct); err != nil {
			t.Fatal(err)
		}
	}
	return accounts
}

// keyIn checks in which stores the key is.
func keyIn(t *testing.T, when, dir string, want map[string]bool) {
	t.Helper()
	for spec, want := range want {
		got, err := open(t, spec, dir).Get(t.Context(), opener)
		switch {
		case want && (err != nil || storetest.Equal(storetest.Sample("key"), got) != ""):
			t.Errorf("%s: the key in %s is %v, want it whole", when, spec, err)
		case !want && !errors.Is(err, store.ErrNotFound):
			t.Errorf("%s: the key in %s: %v, want ErrNotFound", when, spec, err)
		}
	}
}

func TestAKeyGoesWithTheFirstAndLeavesWithTheLast(t *testing.T) {
	for _, kind := range []string{"file:", "age:", "command:"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			to := kind + filepath.Join(dir, "there")
			if kind == "command:" {
				to = keepsIn(t, t.TempDir())
			}
			accounts := delegated(t, dir, "file", "a@example.com", "b@example.com", "c@example.com")
			options := store.Options{Paths: pathsIn(dir)}
			for i, email := range []string{"b@example.com", "a@example.com", "c@example.com"} {
				if _, moved, err := accounts.Move(t.Context(), email, to, options); !moved || err != nil {
					t.Fatalf("Move = %v, %v, want it moved", moved, err)
				}
				keyIn(t, email+" has moved", dir, map[string]bool{"file": i < 2, to: true})
			}
			for i, email := range []string{"c@example.com", "b@example.com", "a@example.com"} {
				acct, err := accounts.Get(email)
				if err != nil {
					t.Fatal(err)
				}
				if err := accounts.DropKey(t.Context(), acct, options); err != nil {
					t.Errorf("DropKey = %v, want nil", err)
				}
				keyIn(t, email+" is to be removed", dir, map[string]bool{to: i < 2})
				if err := accounts.Delete(email); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Two names of one place: the key that the one needs is not taken from it for the
// sake of the other.
func TestAKeyInOnePlaceUnderTwoNames(t *testing.T) {
	dir, shelf := t.TempDir(), t.TempDir()
	pairs := [][2]string{
		{"file", "file:" + filepath.Join(pathsIn(dir).Data, "secrets")},
		{keepsIn(t, shelf), keepsIn(t, shelf+string(filepath.Separator)+".")},
	}
	if runtime.GOOS != "windows" {
		link := filepath.Join(dir, "link")
		if err := os.Symlink(filepath.Join(dir, "real"), link); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, [2]string{"file:" + filepath.Join(dir, "real"), "file:" + link})
	}
	for _, pair := range pairs {
		accounts := delegated(t, dir, pair[0], "a@example.com", "b@example.com")
		for i, email := range []string{"a@example.com", "b@example.com"} {
			if _, moved, err := accounts.Move(t.Context(), email, pair[1], store.Options{Paths: pathsIn(dir)}); !moved || err != nil {
				t.Errorf("Move %s to %s = %v, %v, want it moved", pair[0], pair[1], moved, err)
			}
			keyIn(t, fmt.Sprint("after ", i+1), dir, map[string]bool{pair[0]: true, pair[1]: true})
		}
		acct := sampleAccount("gone@example.com")
		acct.Store, acct.Delegation = pair[0], &account.Delegation{ServiceAccount: opener}
		if err := accounts.DropKey(t.Context(), acct, store.Options{Paths: pathsIn(dir)}); err != nil {
			t.Errorf("DropKey in %s = %v, want nil", pair[0], err)
		}
		keyIn(t, "others need it", dir, map[string]bool{pair[1]: true})
	}
}

// A key whose need is not known stays; one that is nowhere else stays; one that
// cannot be read is not overwritten, and keeps its account where it is.
func TestAKeyIsNotLost(t *testing.T) {
	dir := t.TempDir()
	there := "file:" + filepath.Join(dir, "there")
	accounts := delegated(t, dir, "file", box)
	options := store.Options{Paths: pathsIn(dir)}
	broken := accounts.File("broken@example.com")
	write(t, broken, "{", 0o600)
	if _, moved, err := accounts.Move(t.Context(), box, there, options); !moved || err != nil {
		t.Fatalf("Move = %v, %v, want it moved", moved, err)
	}
	keyIn(t, "an account cannot be read", dir, map[string]bool{"file": true, there: true})
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(pathsIn(dir).Data, "secrets", opener+".json"), "{", 0o600)
	_, moved, err := accounts.Move(t.Context(), box, "file", options)
	wantSymptom(t, "Move over a key that cannot be read", err, diagnosis.AtStore, "corrupt-file", nil)
	acct, got := accounts.Get(box)
	if got != nil || moved || acct.Store != there || len(acct.Copies) != 0 {
		t.Errorf("after a refusal: moved %v, in %q, copies in %q, %v", moved, acct.Store, acct.Copies, got)
	}
	keyIn(t, "the other one cannot be read", dir, map[string]bool{there: true})
	if err := open(t, there, dir).Delete(t.Context(), opener); err != nil {
		t.Fatal(err)
	}
	third := "file:" + filepath.Join(dir, "third")
	if _, moved, err := accounts.Move(t.Context(), box, third, options); !moved || err != nil {
		t.Errorf("Move of an account whose key is missing = %v, %v, want it moved", moved, err)
	}
}

// Many that move at once leave one key, where they are.
func TestManyMoveWithOneKey(t *testing.T) {
	dir := t.TempDir()
	var emails []string
	for i := range 40 {
		emails = append(emails, fmt.Sprintf("u%d@example.com", i))
	}
	accounts := delegated(t, dir, "file", emails...)
	for i, to := range []string{"file:" + filepath.Join(dir, "there"), "file"} {
		var all sync.WaitGroup
		for part := range slices.Chunk(emails, 5) {
			all.Go(func() {
				for _, email := range part {
					if _, moved, err := accounts.Move(t.Context(), email, to, store.Options{Paths: pathsIn(dir)}); !moved || err != nil {
						t.Errorf("Move = %v, %v, want it moved", moved, err)
					}
				}
			})
		}
		all.Wait()
		keyIn(t, "all have moved to "+to, dir, map[string]bool{"file": i == 1, "file:" + filepath.Join(dir, "there"): i == 0})
	}
}
