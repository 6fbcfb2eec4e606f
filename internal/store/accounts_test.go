package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
)

func sampleAccount(email string) account.Account {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	return account.Account{
		Email: email, ClientID: "815-x.apps.example", ClientType: account.Web, ProjectID: "my-mail",
		RedirectURIs: []string{"http://127.0.0.1:8765/"}, Target: "nocobase", Store: "file",
		Grant: account.Grant{IssuedAt: at, Lifetime: 604799 * time.Second, Publishing: account.Testing, Seen: true,
			ClientID: "815-x.apps.example", Scopes: []string{"openid"}, Adopted: true, RenewedAt: at.Add(time.Hour)},
	}
}

func TestAccountsComeBackAsTheyWerePut(t *testing.T) {
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	for _, want := range []account.Account{sampleAccount("Office@example.com"), {Email: "bare@example.com"}} {
		if err := accounts.Put(want); err != nil {
			t.Fatalf("Put = %v, want nil", err)
		}
		got, err := accounts.Get(strings.ToUpper(want.Email))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Get = %v, differs (-want +got):\n%s", err, diff)
		}
	}
	list, err := accounts.List()
	if err != nil || len(list) != 2 || list[0].Email != "Office@example.com" || list[1].Email != "bare@example.com" {
		t.Errorf("List = %v, %v, want both, sorted", list, err)
	}
	if err := accounts.Delete("office@EXAMPLE.com"); err != nil {
		t.Fatalf("Delete = %v, want nil", err)
	}
	if _, err := accounts.Get("office@example.com"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get after Delete = %v, want ErrNotFound", err)
	}
}

func TestAccountFileIsReadable(t *testing.T) {
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	if err := accounts.Put(sampleAccount(box)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(accounts.File(box))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "format": 1,
  "account": "office@example.com",
  "client_id": "815-x.apps.example",
  "client_type": "web",
  "project": "my-mail",
  "redirect_uris": [
    "http://127.0.0.1:8765/"
  ],
  "target": "nocobase",
  "store": "file",
  "grant": {
    "issued_at": "2026-11-20T12:00:00Z",
    "lifetime_seconds": 604799,
    "publishing": "testing",
    "publishing_seen": true,
    "client_id": "815-x.apps.example",
    "scopes": [
      "openid"
    ],
    "adopted": true,
    "renewed_at": "2026-11-20T13:00:00Z"
  }
}
`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("file differs (-want +got):\n%s", diff)
	}
}

func TestAccountsBeforeAnythingWasKept(t *testing.T) {
	dir := t.TempDir()
	accounts := store.NewAccounts(pathsIn(dir))
	if list, err := accounts.List(); err != nil || len(list) != 0 {
		t.Errorf("List = %v, %v, want nothing", list, err)
	}
	if err := accounts.Delete(box); err != nil {
		t.Errorf("Delete = %v, want nil", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("looking made %v, want nothing", entries)
	}
	wantSymptom(t, "Put of no address", accounts.Put(account.Account{}), diagnosis.AtInput, "no-email", nil)
	if err := accounts.Update(box, func(*account.Account) {}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Update of nothing = %v, want ErrNotFound", err)
	}
}

func TestUpdatesDoNotLoseEachOther(t *testing.T) {
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	if err := accounts.Put(account.Account{Email: box}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if err := accounts.Update(box, func(a *account.Account) { a.Target += "x" }); err != nil {
				t.Errorf("Update = %v, want nil", err)
			}
		})
	}
	wg.Wait()
	if got, err := accounts.Get(box); err != nil || got.Target != "xxxxxxxxxx" {
		t.Errorf("after 10 updates Target = %q, %v, want ten", got.Target, err)
	}
}

func TestRelativeStoreFolderIsKeptAbsolute(t *testing.T) {
	t.Chdir(t.TempDir())
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	if err := accounts.Put(account.Account{Email: box, Store: "file:secrets"}); err != nil {
		t.Fatal(err)
	}
	got, err := accounts.Get(box)
	if want := "file:" + filepath.Join(wd, "secrets"); err != nil || got.Store != want {
		t.Errorf("Store = %q, %v, want %q", got.Store, err, want)
	}
}

func TestPutKeepsWhereCopiesMayBe(t *testing.T) {
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	for _, copies := range [][]string{{"keyring"}, nil} {
		if err := accounts.Put(account.Account{Email: box, Copies: copies}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := accounts.Get(box); err != nil || len(got.Copies) != 1 || got.Copies[0] != "keyring" {
		t.Errorf("Copies = %q, %v, want what the first knew", got.Copies, err)
	}
}

func TestListGivesTheGoodOnesBesideTheBad(t *testing.T) {
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	if err := accounts.Put(sampleAccount(box)); err != nil {
		t.Fatal(err)
	}
	bad := accounts.File("bad@example.com")
	write(t, bad, `{"format":1,`, 0o600)
	write(t, filepath.Join(filepath.Dir(bad), "notes.txt"), "mine", 0o600)
	write(t, filepath.Join(filepath.Dir(bad), ".x.json.tmp"), "half", 0o600)
	list, err := accounts.List()
	if len(list) != 1 || list[0].Email != box {
		t.Errorf("List = %v, want the good account", list)
	}
	wantSymptom(t, "List", err, diagnosis.AtStore, "corrupt-file", map[string]string{"file": bad})
}

func TestCorruptAccountIsNamedAndKept(t *testing.T) {
	tests := []struct {
		name, content, code string
		facts               map[string]string
	}{
		{"empty", "", "corrupt-file", map[string]string{"line": "1"}},
		{"cut off", "{\n\"format\": 1,\n\"account\": \"off", "corrupt-file", map[string]string{"line": "3"}},
		{"other text", "hello", "corrupt-file", map[string]string{"line": "1"}},
		{"two documents", "{\"format\":1,\"account\":\"office@example.com\"}\n{}", "corrupt-file", map[string]string{"line": "2"}},
		{"wrong type", "{\"format\":1,\n\"account\":7}", "corrupt-file", map[string]string{"line": "2", "key": "account"}},
		{"wrong time", `{"format":1,"account":"office@example.com","grant":{"issued_at":"yesterday"}}`, "corrupt-file", nil},
		{"no format", `{"account":"office@example.com"}`, "corrupt-file", map[string]string{"key": "format"}},
		{"other account", `{"format":1,"account":"x@example.com"}`, "corrupt-file", map[string]string{"key": "account"}},
		{"newer", `{"format":2,"account":["office"]}`, "newer-format", map[string]string{"format": "2", "known": "1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			accounts := store.NewAccounts(pathsIn(t.TempDir()))
			file := accounts.File(box)
			write(t, file, test.content, 0o600)
			_, err := accounts.Get(box)
			wantSymptom(t, "Get", err, diagnosis.AtStore, test.code, test.facts)
			wantSymptom(t, "Put over it", accounts.Put(sampleAccount(box)), diagnosis.AtStore, test.code, test.facts)
			if data, err := os.ReadFile(file); err != nil || string(data) != test.content {
				t.Errorf("file is now %q, %v, want it as it was", data, err)
			}
			if err := accounts.Delete(box); err != nil {
				t.Errorf("Delete of a corrupt account = %v, want nil", err)
			}
		})
	}
}

// A consent that is kept elsewhere than the one before leaves a copy there,
// which is not forgotten.
func TestPutNotesTheFormerStore(t *testing.T) {
	accounts := store.NewAccounts(pathsIn(t.TempDir()))
	for _, row := range []struct {
		store string
		want  []string
	}{
		{"", nil}, {"file", nil}, {"age:/x/id", []string{"file"}}, {"keyring", []string{"file", "age:/x/id"}}, {"", []string{"age:/x/id", "keyring"}},
	} {
		acct := sampleAccount(box)
		acct.Store = row.store
		if err := accounts.Put(acct); err != nil {
			t.Fatal(err)
		}
		got, err := accounts.Get(box)
		if err != nil || !slices.Equal(got.Copies, row.want) {
			t.Errorf("after a consent into %q: copies %q, %v, want %q", row.store, got.Copies, err, row.want)
		}
	}
}
