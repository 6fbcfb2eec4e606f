package vault_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/vault"
	"gmailoauth/internal/store/vault/vaulttest"
)

const text = `{"refresh_token":"1//secret"}`

// server gives a look-alike, and the variables with which it is used.
func server(t *testing.T) (*vaulttest.Server, map[string]string) {
	t.Helper()
	s := vaulttest.Start()
	t.Cleanup(s.Close)
	s.Owner("hvs.owner", "kv", "mail")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, s.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, map[string]string{"VAULT_ADDR": s.URL, "VAULT_TOKEN": "hvs.owner", "VAULT_CACERT": ca, "HOME": t.TempDir()}
}

func keeper(t *testing.T, where string, env map[string]string) *vault.Keeper {
	t.Helper()
	k, err := vault.New(where, func(name string) (string, bool) { value, ok := env[name]; return value, ok })
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func changed(env map[string]string, pairs ...string) map[string]string {
	env = maps.Clone(env)
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return env
}

func wantCode(t *testing.T, call string, err error, code string) *diagnosis.Symptom {
	t.Helper()
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Code != code {
		t.Fatalf("%s = %v, want %s", call, err, code)
	}
	if strings.Contains(err.Error(), "hvs.") || strings.Contains(err.Error(), "1//secret") {
		t.Errorf("%s shows a secret: %v", call, err)
	}
	return symptom
}

func TestKeepsReplacesAndForgets(t *testing.T) {
	s, env := server(t)
	k := keeper(t, "kv/mail", env)
	if _, err := k.Read(t.Context(), "a%2F@example.com"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Read of nothing = %v, want fs.ErrNotExist", err)
	}
	for _, want := range []string{`{"a":"1"}`, `{"a":"2"}`, `{"a":"3"}`} {
		if err := k.Write(t.Context(), "a%2F@example.com", []byte(want)); err != nil {
			t.Fatalf("Write = %v, want nil", err)
		}
		if got, err := k.Read(t.Context(), "a%2F@example.com"); err != nil || string(got) != want {
			t.Errorf("Read = %s, %v, want %s", got, err, want)
		}
	}
	if diff := cmp.Diff([]string{`{"a":"1"}`, `{"a":"2"}`, `{"a":"3"}`}, s.Versions("mail/a%2F@example.com")); diff != "" {
		t.Errorf("versions differ (-want +got):\n%s", diff)
	}
	for range 2 {
		if err := k.Remove(t.Context(), "a%2F@example.com"); err != nil {
			t.Errorf("Remove = %v, want nil", err)
		}
	}
	if got := s.Versions("mail/a%2F@example.com"); len(got) != 0 {
		t.Errorf("after Remove there are %v, want no version", got)
	}
}

func TestWriteReplacesOnlyWhatWasRead(t *testing.T) {
	s, env := server(t)
	one, two := keeper(t, "kv/mail", env), keeper(t, "kv/mail", env)
	for _, k := range []*vault.Keeper{one, two} {
		if _, err := k.Read(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := one.Write(t.Context(), "a", []byte(`{"by":"one"}`)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also when it is tried again without having looked
		err := two.Write(t.Context(), "a", []byte(`{"by":"two"}`))
		wantCode(t, "Write over what was not read", err, "vault-changed")
		if !errors.Is(err, vault.ErrChanged) {
			t.Errorf("Write = %v, want ErrChanged", err)
		}
	}
	if _, err := two.Read(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := two.Write(t.Context(), "a", []byte(`{"by":"two"}`)); err != nil {
		t.Errorf("Write after Read = %v, want nil", err)
	}
	if got := s.Versions("mail/a"); !slices.Equal(got, []string{`{"by":"one"}`, `{"by":"two"}`}) {
		t.Errorf("versions are %v", got)
	}
}

func TestWriteWithoutHavingReadReplacesWhateverIsThere(t *testing.T) {
	s, env := server(t)
	s.Put("mail/a", `{"by":"somebody"}`)
	interfere := 3
	s.Before(func(method, _ string) {
		if method == "POST" && interfere > 0 { // somebody is quicker, a few times
			interfere--
			s.Put("mail/a", `{"by":"somebody"}`)
		}
	})
	if err := keeper(t, "kv/mail", env).Write(t.Context(), "a", []byte(text)); err != nil {
		t.Fatalf("Write = %v, want nil", err)
	}
	if got := s.Versions("mail/a"); len(got) != 5 || got[4] != text {
		t.Errorf("versions are %v, want ours as the fifth", got)
	}
	s.Before(func(method, _ string) {
		if method == "POST" {
			s.Put("mail/a", `{"by":"somebody"}`)
		}
	})
	wantCode(t, "Write against somebody who never stops", keeper(t, "kv/mail", env).Write(t.Context(), "a", []byte(text)), "vault-changed")
}

func TestADeletedVersionIsAbsentAndReplaced(t *testing.T) {
	s, env := server(t)
	s.Put("mail/a", text)
	s.DeleteVersion("mail/a")
	k := keeper(t, "kv/mail", env)
	if _, err := k.Read(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Read of a deleted version = %v, want fs.ErrNotExist", err)
	}
	if err := k.Write(t.Context(), "a", []byte(text)); err != nil {
		t.Errorf("Write over a deleted version = %v, want nil", err)
	}
}

func TestWaysToLogIn(t *testing.T) {
	s, base := server(t)
	delete(base, "VAULT_TOKEN")
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	s.Owner("hvs.role", "kv", "mail")
	s.Login("", "approle", "hvs.role", map[string]string{"role_id": "r-1", "secret_id": "s-1"})
	s.Login("", "ci/approle", "hvs.role", map[string]string{"role_id": "r-1", "secret_id": "s-1"})
	s.Login("", "kubernetes", "hvs.role", map[string]string{"role": "mail", "jwt": "ey.x.y"})
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".vault-token"), []byte("hvs.owner\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, want string // the code of the refusal
		pairs      []string
	}{
		{"a token in a variable", "", []string{"VAULT_TOKEN", "hvs.owner"}},
		{"a token in a file", "", []string{"VAULT_TOKEN_FILE", file("token", "hvs.owner\n")}},
		{"the token of vault login", "", []string{"HOME", home}},
		{"the token of bao login, elsewhere", "", []string{"BAO_TOKEN_PATH", filepath.Join(home, ".vault-token")}},
		{"BAO_ goes before VAULT_", "", []string{"BAO_TOKEN", "hvs.owner", "VAULT_TOKEN", "hvs.nobody"}},
		{"AppRole", "", []string{"VAULT_ROLE_ID", "r-1", "VAULT_SECRET_ID", "s-1"}},
		{"AppRole, secret in a file, mount elsewhere", "", []string{"BAO_ROLE_ID", "r-1", "BAO_SECRET_ID_FILE", file("secret", "s-1"), "BAO_AUTH_MOUNT", "ci/approle"}},
		{"Kubernetes", "", []string{"VAULT_K8S_ROLE", "mail", "VAULT_K8S_JWT_FILE", file("jwt", "ey.x.y")}},
		{"nothing at all", "vault-no-token", nil},
		{"a token that is not known", "vault-token-refused", []string{"VAULT_TOKEN", "hvs.nobody"}},
		{"AppRole with another secret", "vault-login-refused", []string{"VAULT_ROLE_ID", "r-1", "VAULT_SECRET_ID", "s-2"}},
		{"AppRole without its secret", "vault-login-refused", []string{"VAULT_ROLE_ID", "r-1"}},
		{"AppRole at no mount", "vault-login-refused", []string{"VAULT_ROLE_ID", "r-1", "VAULT_SECRET_ID", "s-1", "VAULT_AUTH_MOUNT", "x"}},
		{"Kubernetes with another role", "vault-login-refused", []string{"VAULT_K8S_ROLE", "x", "VAULT_K8S_JWT_FILE", file("jwt", "ey.x.y")}},
		{"Kubernetes outside a pod", "vault-bad-file", []string{"VAULT_K8S_ROLE", "mail", "VAULT_K8S_JWT_FILE", filepath.Join(dir, "none")}},
		{"an empty token file", "vault-bad-file", []string{"VAULT_TOKEN_FILE", file("empty", "\n")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := keeper(t, "kv/mail", changed(base, row.pairs...)).Read(t.Context(), "a")
			if row.want == "" {
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("Read = %v, want fs.ErrNotExist", err)
				}
				return
			}
			wantCode(t, "Read", err, row.want)
		})
	}
}

func TestOneLoginForAllCalls(t *testing.T) {
	s, env := server(t)
	delete(env, "VAULT_TOKEN")
	s.Owner("hvs.role", "kv", "mail")
	s.Login("", "approle", "hvs.role", map[string]string{"role_id": "r", "secret_id": "s"})
	k := keeper(t, "kv/mail", changed(env, "VAULT_ROLE_ID", "r", "VAULT_SECRET_ID", "s"))
	if err := k.Write(t.Context(), "a", []byte(text)); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Read(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	want := []string{"POST /v1/auth/approle/login", "GET /v1/kv/data/mail/a", "POST /v1/kv/data/mail/a", "GET /v1/kv/data/mail/a"}
	if diff := cmp.Diff(want, s.Asked()); diff != "" {
		t.Errorf("requests differ (-want +got):\n%s", diff)
	}
}

func TestNamespacesAndMountsWithSlashes(t *testing.T) {
	s, env := server(t)
	s.Mount("team", "kv")
	s.Owner("hvs.team", "team/kv", "mail/eu")
	if err := keeper(t, "team%2Fkv/mail/eu", changed(env, "VAULT_TOKEN", "hvs.team")).Write(t.Context(), "a", []byte(text)); err != nil {
		t.Errorf("Write to a mount with a slash = %v, want nil", err)
	}
	team := keeper(t, "kv/mail", changed(env, "VAULT_NAMESPACE", "team"))
	if err := team.Write(t.Context(), "a", []byte(`{"of":"team"}`)); err != nil {
		t.Fatalf("Write in a namespace = %v, want nil", err)
	}
	if _, err := keeper(t, "kv/mail", env).Read(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read outside the namespace = %v, want fs.ErrNotExist", err)
	}
	_, err := keeper(t, "kv/mail", changed(env, "BAO_NAMESPACE", "nowhere")).Read(t.Context(), "a")
	wantCode(t, "Read in an unknown namespace", err, "vault-no-mount")
}

func TestAStandbySendsOn(t *testing.T) {
	active, env := server(t)
	standby := vaulttest.Start()
	t.Cleanup(standby.Close)
	standby.Standby(active.URL)
	ca := filepath.Join(t.TempDir(), "both.pem")
	if err := os.WriteFile(ca, append(standby.CA(), active.CA()...), 0o600); err != nil {
		t.Fatal(err)
	}
	env = changed(env, "VAULT_ADDR", standby.URL, "VAULT_CACERT", ca)
	if err := keeper(t, "kv/mail", env).Write(t.Context(), "a", []byte(text)); err != nil {
		t.Errorf("Write = %v, want nil", err)
	}
	active.Standby(standby.URL)
	_, err := keeper(t, "kv/mail", env).Read(t.Context(), "a")
	wantCode(t, "Read in a circle", err, "vault-unavailable")
	active.Standby("http://vault.example.com:8200")
	_, err = keeper(t, "kv/mail", env).Read(t.Context(), "a")
	wantCode(t, "Read sent on without TLS", err, "vault-odd-reply")
}

func TestTimeAndLeaving(t *testing.T) {
	s, env := server(t)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	s.Before(func(string, string) { <-hang })
	started := time.Now()
	err := keeper(t, "kv/mail", changed(env, "VAULT_CLIENT_TIMEOUT", "50ms")).Write(context.WithoutCancel(t.Context()), "a", []byte(text))
	wantCode(t, "Write to a server that does not answer", err, "vault-unreachable")
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("Write took %s, want 50ms", took)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := keeper(t, "kv/mail", env).Read(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Read of a caller who left = %v, want context.Canceled", err)
	}
}
