package vault_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gmailoauth/internal/diagnosis"
)

// Whatever is answered at the address of a Vault, an access ends, with a text, as
// absent or with a Symptom, and tells nothing of what was sent.
func FuzzReply(f *testing.F) {
	f.Add(200, "", []byte(`{"data":{"data":{"refresh_token":"x"},"metadata":{"version":3}}}`))
	f.Add(404, "", []byte(`{"errors":[]}`))
	f.Add(403, "", []byte(`{"errors":["1 error occurred:\n\t* permission denied\n\n"]}`))
	f.Add(503, "", []byte(`{"errors":["Vault is sealed"]}`))
	f.Add(400, "", []byte(`{"errors":["check-and-set parameter did not match the current version"]}`))
	f.Add(307, "https://127.0.0.1:1/", []byte(""))
	f.Add(307, "http://vault.example.com/", []byte("x"))
	f.Add(200, "", []byte(`{"data":{"data":null,"metadata":{"version":-1}}}`))
	f.Add(200, "", []byte("<html>hvs.the-token-that-was-sent"))
	const token, kept = "hvs.the-token-that-was-sent", `{"refresh_token":"1//the-text-that-was-sent"}`
	var mu sync.Mutex
	var status int
	var location string
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, code int, to string, said []byte) {
		if strings.HasPrefix(strings.ToLower(to), "http") && !strings.HasPrefix(to, "http://127.0.0.1:1/") {
			to = "/" + to // nobody is asked but ourselves
		}
		mu.Lock()
		status, location, body = 200+int(uint(code)%400), to, said
		mu.Unlock()
		k := keeper(t, "kv/mail", map[string]string{"VAULT_ADDR": server.URL, "VAULT_TOKEN": token, "HOME": t.TempDir()})
		_, read := k.Read(t.Context(), "office@example.com")
		for what, err := range map[string]error{"Read": read, "Write": k.Write(t.Context(), "office@example.com", []byte(kept)), "Remove": k.Remove(t.Context(), "office@example.com")} {
			if err == nil || what == "Read" && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if _, ok := errors.AsType[*diagnosis.Symptom](err); !ok {
				t.Errorf("%s = %v, which is no symptom", what, err)
			}
			if strings.Contains(err.Error(), "the-text-that-was-sent") && !strings.Contains(string(said), "the-text-that-was-sent") {
				t.Errorf("%s tells what was sent: %v", what, err)
			}
		}
	})
}
