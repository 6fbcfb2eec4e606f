package vault

import (
	"errors"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
)

// The variables of Vault are understood or refused by name, without their values,
// and no secret travels in clear beyond this machine.
func FuzzSettings(f *testing.F) {
	f.Add("https://vault.example.com:8200/", "5s", "false")
	f.Add("http://127.0.0.1:8200", "60", "0")
	f.Add("http://vault.example.com", "", "")
	f.Add("https://user:pass-word@vault", "-1", "maybe")
	f.Add("unix:///run/vault.sock", "9e9h", "\x00")
	f.Add("HTTP://[::1%25lo]:8200//", "9223372036854775807", "TRUE")
	f.Fuzz(func(t *testing.T, address, timeout, skip string) {
		env := map[string]string{"VAULT_ADDR": address, "VAULT_CLIENT_TIMEOUT": timeout, "VAULT_SKIP_VERIFY": skip}
		k, err := New("kv/mail", func(name string) (string, bool) { v, ok := env[name]; return v, ok }, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := k.settings()
		if err != nil {
			if _, ok := errors.AsType[*diagnosis.Symptom](err); !ok || strings.Contains(err.Error(), "pass-word") {
				t.Errorf("settings = %v", err)
			}
			return
		}
		if s.timeout <= 0 || s.address.Host == "" || s.address.User != nil || s.tls.InsecureSkipVerify || !safe(s.address) {
			t.Errorf("settings = %+v", s)
		}
	})
}
