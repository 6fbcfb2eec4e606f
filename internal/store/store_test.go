package store_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// TestMain lets the test binary play another process: see child_test.go.
func TestMain(m *testing.M) {
	if role := os.Getenv("STORE_TEST_ROLE"); role != "" {
		os.Exit(child(role))
	}
	if len(os.Args) == 5 && os.Args[1] == "keeps-in" {
		os.Exit(helper(os.Args[2], os.Args[3], os.Args[4]))
	}
	goleak.VerifyTestMain(m)
}

const box = "office@example.com"

func pathsIn(dir string) store.Paths {
	return store.Paths{Config: filepath.Join(dir, "config"), Data: filepath.Join(dir, "data"), State: filepath.Join(dir, "state")}
}

func variables(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func open(t *testing.T, spec, dir string) store.Secrets {
	t.Helper()
	s, err := store.Open(spec, store.Options{Paths: pathsIn(dir), Env: variables(nil)})
	if err != nil {
		t.Fatalf("Open(%q) = %v, want nil", spec, err)
	}
	return s
}

// wantSymptom checks the code of an error, and the facts that are given.
func wantSymptom(t *testing.T, call string, err error, where, code string, facts map[string]string) {
	t.Helper()
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Where != where || symptom.Code != code {
		t.Fatalf("%s = %v, want symptom %s %s", call, err, where, code)
	}
	got := maps.Clone(symptom.Facts)
	maps.DeleteFunc(got, func(name, _ string) bool { _, asked := facts[name]; return !asked })
	if diff := cmp.Diff(facts, got); facts != nil && diff != "" {
		t.Errorf("%s: facts differ (-want +got):\n%s", call, diff)
	}
}

func TestFileStore(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		dir := t.TempDir()
		return open(t, "file", dir), open(t, "", dir)
	}}.Run(t)
}

func TestFileStoreInAFolderOfTheAdmins(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		dir := filepath.Join(t.TempDir(), "mine")
		return open(t, "file:"+dir, "/nonexistent"), open(t, "file:"+dir, "/nonexistent")
	}}.Run(t)
}

func TestEnvStore(t *testing.T) {
	storetest.Suite{Email: box, Forgets: true, Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		env := variables(map[string]string{"GMAILOAUTH_ACCOUNT": "Office@Example.com", "GMAILOAUTH_CLIENT_SECRET": "s", "GMAILOAUTH_REFRESH_TOKEN": "r"})
		s, err := store.Open("env", store.Options{Env: env})
		if err != nil {
			t.Fatal(err)
		}
		return s, s
	}}.Run(t)
}

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	tests := []struct{ spec, code string }{
		{"age:", "store-folder"}, {"age", "store-folder"}, {"age:~/id", "store-folder"}, {"command:", "store-command"}, {"command:'pass", "store-command"},
		{"keyring:mine", "unknown-store"},
		{"vault", "vault-where"}, {"vault:kv", "vault-where"}, {"vault:kv/../x", "vault-where"}, {"vault:kv/a//b", "vault-where"}, {"vault:%zz/x", "vault-where"},
		{"files", "unknown-store"}, {"env:x", "unknown-store"}, {"FILE", "unknown-store"}, {"GOCSPX-oops", "unknown-store"},
		{"file:~/x", "store-folder"}, {"file:/home/me/config/accounts/", "store-folder-taken"}, {"file:/home/me/config/x/../accounts", "store-folder-taken"},
	}
	for _, test := range tests {
		_, err := store.Open(test.spec, store.Options{Paths: pathsIn("/home/me")})
		wantSymptom(t, "Open("+test.spec+")", err, diagnosis.AtInput, test.code, map[string]string{"flag": "--store"})
	}
}

func TestEnvAccount(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, "1//from-file\n", 0o444) // a container's secrets are often readable by all
	full := map[string]string{"GMAILOAUTH_ACCOUNT": box, "GMAILOAUTH_CLIENT_ID": "id", "GMAILOAUTH_CLIENT_SECRET": "s", "GMAILOAUTH_REFRESH_TOKEN_FILE": file}
	acct, ok := store.EnvAccount(variables(full))
	want := account.Account{Email: box, ClientID: "id", Store: "env", Grant: account.Grant{ClientID: "id", Adopted: true}}
	if diff := cmp.Diff(want, acct); !ok || diff != "" {
		t.Errorf("EnvAccount = %v, differs (-want +got):\n%s", ok, diff)
	}
	s, err := store.Open("env", store.Options{Env: variables(full)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), box)
	if err != nil || got.Token.Refresh.Reveal() != "1//from-file" || got.ClientSecret.Reveal() != "s" {
		t.Errorf("Get = %v, want secret and token of variable and file", err)
	}
	wantSymptom(t, "Delete", s.Delete(t.Context(), box), diagnosis.AtStore, "env-read-only", map[string]string{"account": box})
	err = s.Put(t.Context(), "other@example.com", storetest.Sample("a"))
	wantSymptom(t, "Put of another account", err, diagnosis.AtStore, "env-read-only", nil)

	for name := range full {
		short := maps.Clone(full)
		delete(short, name)
		if _, ok := store.EnvAccount(variables(short)); ok {
			t.Errorf("EnvAccount without %s = true, want false", name)
		}
		if got := len(store.MissingFromEnv(variables(short))); got != 1 {
			t.Errorf("MissingFromEnv without %s has %d names, want 1", name, got)
		}
	}
	full["GMAILOAUTH_ACCOUNT"] = "a@example.com, b@example.com"
	if _, ok := store.EnvAccount(variables(full)); ok {
		t.Errorf("EnvAccount of two addresses = true, want false")
	}
}

func TestEnvStoreNamesWhatIsMissing(t *testing.T) {
	env := variables(map[string]string{"GMAILOAUTH_ACCOUNT": box})
	s, err := store.Open("env", store.Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(t.Context(), box)
	wantSymptom(t, "Get", err, diagnosis.AtInput, "missing-variables",
		map[string]string{"keys": "GMAILOAUTH_CLIENT_SECRET, GMAILOAUTH_REFRESH_TOKEN"})
}

func TestEnvSecretFiles(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "\n", "two": "a\nb", "binary": "a\x00b"} {
		file := filepath.Join(dir, name)
		write(t, file, content, 0o600)
		_, err := store.EnvSecret(variables(map[string]string{"X_FILE": file}), "X")
		wantSymptom(t, "EnvSecret("+name+")", err, diagnosis.AtInput, "not-one-secret", map[string]string{"variable": "X_FILE", "file": file})
	}
	_, err := store.EnvSecret(variables(map[string]string{"X_FILE": dir + "/none"}), "X")
	wantSymptom(t, "EnvSecret of no file", err, diagnosis.AtInput, "unreadable-secret-file", map[string]string{"variable": "X_FILE"})
	got, err := store.EnvSecret(variables(map[string]string{"X": "direct", "X_FILE": dir + "/none"}), "X")
	if err != nil || !got.Equal(secret.New("direct")) {
		t.Errorf("EnvSecret of both = %v, want the variable itself", err)
	}
	if got, err := store.EnvSecret(variables(nil), "X"); err != nil || !got.IsZero() {
		t.Errorf("EnvSecret of neither = %v, want the zero Text", err)
	}
}

func write(t *testing.T, file, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}
