package vault_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/vault/vaulttest"
)

func TestVariablesThatAreRefused(t *testing.T) {
	_, env := server(t)
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		want, variable string
		pairs          []string
	}{
		{"vault-no-address", "VAULT_ADDR", []string{"VAULT_ADDR", ""}},
		{"vault-bad-address", "BAO_ADDR", []string{"BAO_ADDR", "http://vault.example.com:8200"}},
		{"vault-bad-address", "VAULT_ADDR", []string{"VAULT_ADDR", "vault.example.com:8200"}},
		{"vault-bad-address", "VAULT_ADDR", []string{"VAULT_ADDR", "unix:///run/vault.sock"}},
		{"vault-bad-address", "VAULT_ADDR", []string{"VAULT_ADDR", "https://me:secret@vault.example.com"}},
		{"vault-skip-verify", "VAULT_SKIP_VERIFY", []string{"VAULT_SKIP_VERIFY", "1"}},
		{"vault-bad-variable", "VAULT_SKIP_VERIFY", []string{"VAULT_SKIP_VERIFY", "perhaps"}},
		{"vault-bad-variable", "BAO_CLIENT_TIMEOUT", []string{"BAO_CLIENT_TIMEOUT", "soon"}},
		{"vault-bad-variable", "VAULT_CACERT_BYTES", []string{"VAULT_CACERT_BYTES", "no pem"}},
		{"vault-bad-file", "VAULT_CACERT", []string{"VAULT_CACERT", filepath.Join(dir, "none.pem")}},
		{"vault-bad-file", "VAULT_CACERT", []string{"VAULT_CACERT", empty}},
		{"vault-bad-file", "VAULT_CAPATH", []string{"VAULT_CACERT", "", "VAULT_CAPATH", dir}},
		{"vault-bad-file", "VAULT_CLIENT_CERT", []string{"VAULT_CLIENT_CERT", empty, "VAULT_CLIENT_KEY", empty}},
	} {
		_, err := keeper(t, "kv/mail", changed(env, row.pairs...)).Read(t.Context(), "a")
		symptom := wantCode(t, strings.Join(row.pairs, "="), err, row.want)
		if symptom.Facts["variable"] != row.variable || symptom.Where != diagnosis.AtInput {
			t.Errorf("%v: %v at %s, want the variable %s", row.pairs, symptom.Facts, symptom.Where, row.variable)
		}
	}
}

func TestAuthoritiesInEachForm(t *testing.T) {
	s, env := server(t)
	delete(env, "VAULT_CACERT")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), s.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, pairs := range [][]string{{"VAULT_CAPATH", dir}, {"BAO_CACERT_BYTES", string(s.CA())}, {"VAULT_CACERT", filepath.Join(dir, "ca.pem"), "VAULT_TLS_SERVER_NAME", "example.com"}} {
		if err := keeper(t, "kv/mail", changed(env, pairs...)).Write(t.Context(), "a", []byte(text)); err != nil {
			t.Errorf("%s: Write = %v, want nil", pairs[0], err)
		}
	}
	_, err := keeper(t, "kv/mail", env).Read(t.Context(), "a")
	if symptom := wantCode(t, "Read without the authority", err, "vault-tls"); symptom.Facts["reason"] != "tls-unknown-authority" {
		t.Errorf("Facts = %v, want the reason", symptom.Facts)
	}
}

func TestWhatAServerRefuses(t *testing.T) {
	for _, row := range []struct {
		name, want string
		status     int
		words      string
	}{
		{"sealed", "vault-sealed", 503, "Vault is sealed"},
		{"without a leader", "vault-unavailable", 500, "local node not active but active cluster node not found"},
		{"over a quota", "vault-unavailable", 429, "request path \"kv/data/mail/a\": rate limit quota exceeded"},
		{"upgrading", "vault-unavailable", 400, "Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly."},
		{"something new", "vault-odd-reply", 418, "no tea here for hvs.owner"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, env := server(t)
			s.Break(row.status, row.words)
			k := keeper(t, "kv/mail", env)
			_, err := k.Read(t.Context(), "a")
			symptom := wantCode(t, "Read", err, row.want)
			if symptom.Endpoint != s.URL || symptom.Status != row.status {
				t.Errorf("Read = %v, want %s and %d", symptom, s.URL, row.status)
			}
			wantCode(t, "Write", k.Write(t.Context(), "a", []byte(text)), row.want)
			wantCode(t, "Remove", k.Remove(t.Context(), "a"), row.want)
		})
	}
}

func TestARefusedTokenLearnsWhichPolicyIsNeeded(t *testing.T) {
	s, env := server(t)
	s.Allow("hvs.owner", "kv/data/mail/*", "read")
	k := keeper(t, "kv/mail", env)
	symptom := wantCode(t, "Write", k.Write(t.Context(), "a", []byte(text)), "vault-policy")
	if want := `path "kv/data/mail/*" { capabilities = ["create", "update"] }`; symptom.Facts["policy"] != want {
		t.Errorf("policy = %s, want %s", symptom.Facts["policy"], want)
	}
	symptom = wantCode(t, "Remove", k.Remove(t.Context(), "a"), "vault-policy")
	if want := `path "kv/metadata/mail/*" { capabilities = ["delete"] }`; symptom.Facts["policy"] != want {
		t.Errorf("policy = %s, want %s", symptom.Facts["policy"], want)
	}
	s.Allow("hvs.owner")
	_, err := k.Read(t.Context(), "a")
	symptom = wantCode(t, "Read", err, "vault-policy")
	if want := `path "kv/data/mail/*" { capabilities = ["read"] }`; symptom.Facts["policy"] != want {
		t.Errorf("policy = %s, want %s", symptom.Facts["policy"], want)
	}
	s.Break(http.StatusForbidden, "permission denied") // older servers say no more of a dead token
	_, err = k.Read(t.Context(), "a")
	wantCode(t, "Read with a dead token", err, "vault-token-refused")
}

func TestEnginesOfAnotherKind(t *testing.T) {
	s, env := server(t)
	s.Allow("hvs.owner", "old/*", "create read update delete", "transit/*", "create read update delete", "none/*", "create read update delete")
	old := keeper(t, "old/mail", env)
	wantCode(t, "Write to version 1", old.Write(t.Context(), "a", []byte(text)), "vault-not-kv2")
	if left := s.Old(); len(left) != 0 {
		t.Errorf("version 1 keeps %v, want nothing left there", left)
	}
	_, err := keeper(t, "transit/mail", env).Read(t.Context(), "a")
	wantCode(t, "Read of no key-value engine", err, "vault-not-kv2")
	_, err = keeper(t, "none/mail", env).Read(t.Context(), "a")
	wantCode(t, "Read of no engine", err, "vault-no-mount")
}

func TestOtherServers(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html>Welcome</html>"))
	}))
	env := map[string]string{"VAULT_ADDR": page.URL, "VAULT_TOKEN": "hvs.owner"}
	_, err := keeper(t, "kv/mail", env).Read(t.Context(), "a")
	wantCode(t, "Read of a web page", err, "vault-odd-reply")
	page.Close()
	_, err = keeper(t, "kv/mail", env).Read(t.Context(), "a")
	if symptom := wantCode(t, "Read where nobody listens", err, "vault-unreachable"); symptom.Facts["reason"] != "connection-refused" {
		t.Errorf("Facts = %v, want the reason", symptom.Facts)
	}
	s := vaulttest.Start()
	address := strings.Replace(s.URL, "https://", "http://", 1)
	defer s.Close()
	_, err = keeper(t, "kv/mail", map[string]string{"VAULT_ADDR": address, "VAULT_TOKEN": "hvs.owner"}).Read(t.Context(), "a")
	wantCode(t, "Read of http where https is spoken", err, "vault-odd-reply")
}
