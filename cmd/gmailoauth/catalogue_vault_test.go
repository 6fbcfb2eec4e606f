package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"gmailoauth/internal/store/vault/vaulttest"
)

// vault starts a look-alike, and gives this workplace the variables for it.
func (o *workplace) vault() *vaulttest.Server {
	o.t.Helper()
	s := vaulttest.Start()
	o.t.Cleanup(s.Close)
	s.Owner("hvs.owner", "kv", "mail")
	ca := filepath.Join(o.t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, s.CA(), 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.env["VAULT_ADDR"], o.env["VAULT_CACERT"], o.env["VAULT_TOKEN"] = s.URL, ca, "hvs.owner"
	return s
}

// vaultRows are what Vault refuses, and what is wrong with its variables.
func vaultRows() map[string]produced {
	at := func(spec string, prepare func(*workplace, *vaulttest.Server)) produced {
		return func(o *workplace) told {
			o.connect()
			prepare(o, o.vault())
			return o.runs("token", o.who, "--store", spec)
		}
	}
	with := func(name, value string) produced {
		return at("vault:kv/mail", func(o *workplace, _ *vaulttest.Server) { o.env[name] = value })
	}
	broken := func(status int, words string) produced {
		return at("vault:kv/mail", func(_ *workplace, s *vaulttest.Server) { s.Break(status, words) })
	}
	return map[string]produced{
		"vault-where-wrong":       at("vault:kv", func(*workplace, *vaulttest.Server) {}),
		"vault-address-missing":   with("VAULT_ADDR", ""),
		"vault-address-unusable":  with("BAO_ADDR", "http://vault.example.com:8200"),
		"vault-verification-off":  with("VAULT_SKIP_VERIFY", "true"),
		"vault-variable-unusable": with("VAULT_CLIENT_TIMEOUT", "soon"),
		"vault-file-unusable":     with("VAULT_CACERT", "/nonexistent/ca.pem"),
		"vault-login-missing":     with("VAULT_TOKEN", ""),
		"vault-token-refused":     with("VAULT_TOKEN", "hvs.expired"),
		"vault-certificate":       with("VAULT_CACERT", ""),
		"vault-sealed":            broken(http.StatusServiceUnavailable, "Vault is sealed"),
		"vault-unavailable":       broken(http.StatusInternalServerError, "local node not active but active cluster node not found"),
		"vault-unreachable":       at("vault:kv/mail", func(_ *workplace, s *vaulttest.Server) { s.Close() }),
		"vault-policy-missing":    at("vault:kv/other", func(*workplace, *vaulttest.Server) {}),
		"vault-mount-unknown": at("vault:nowhere/mail", func(_ *workplace, s *vaulttest.Server) {
			s.Owner("hvs.owner", "nowhere", "mail")
		}),
		"vault-engine-unfit": at("vault:transit/mail", func(_ *workplace, s *vaulttest.Server) {
			s.Owner("hvs.owner", "transit", "mail")
		}),
		"vault-login-refused": at("vault:kv/mail", func(o *workplace, _ *vaulttest.Server) {
			o.env["VAULT_TOKEN"], o.env["VAULT_ROLE_ID"], o.env["VAULT_SECRET_ID"] = "", "role", "wrong"
		}),
		"vault-reply-odd": at("vault:kv/mail", func(o *workplace, _ *vaulttest.Server) {
			page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("<html>Welcome</html>"))
			}))
			o.t.Cleanup(page.Close)
			o.env["VAULT_ADDR"] = page.URL
		}),
		"vault-changed": func(o *workplace) told {
			s := o.vault()
			_, file := o.client("desktop")
			s.Before(func(method, path string) {
				if method == http.MethodPost { // another machine is always quicker
					s.Put(strings.TrimPrefix(path, "/v1/kv/data/"), "{}")
				}
			})
			return o.runs("authorize", o.who, "--client-file", file, "--store", "vault:kv/mail")
		},
	}
}
