package federation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/federation"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// config is a credential configuration as gcloud writes it, with changes.
func config(t *testing.T, change map[string]any) []byte {
	t.Helper()
	file := map[string]any{
		"type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.googleapis.com/v1/token",
		"credential_source": map[string]any{"file": "/var/run/token"},
	}
	for key, value := range change {
		if value == nil {
			delete(file, key)
		} else {
			file[key] = value
		}
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRead(t *testing.T) {
	const acts = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/Mail@my-mail-123.iam.gserviceaccount.com:generateAccessToken"
	for name, c := range map[string]struct {
		change map[string]any
		code   string
		acts   string
	}{
		"as gcloud writes it":           {},
		"without its endpoint":          {change: map[string]any{"token_url": nil}},
		"as a service account":          {change: map[string]any{"service_account_impersonation_url": acts}, acts: "mail@my-mail-123.iam.gserviceaccount.com"},
		"a regional endpoint":           {change: map[string]any{"token_url": "https://sts.europe-west1.rep.googleapis.com/v1/token"}},
		"a private endpoint":            {change: map[string]any{"token_url": "https://sts-office.p.googleapis.com/v1/token"}},
		"mutual TLS":                    {change: map[string]any{"token_url": "https://sts.mtls.googleapis.com/v1/token"}},
		"an address with a token":       {change: map[string]any{"credential_source": map[string]any{"url": "https://ci.example.com/token"}}},
		"the metadata of a cloud":       {change: map[string]any{"credential_source": map[string]any{"url": "http://169.254.169.254/metadata/identity"}}},
		"another host":                  {change: map[string]any{"token_url": "https://sts.example.com/v1/token"}, code: "identity-file-elsewhere"},
		"a host that looks like it":     {change: map[string]any{"token_url": "https://sts.googleapis.com.example.com/v1/token"}, code: "identity-file-elsewhere"},
		"a name before the host":        {change: map[string]any{"token_url": "https://sts.googleapis.com@example.com/v1/token"}, code: "identity-file-elsewhere"},
		"another service of Google's":   {change: map[string]any{"token_url": "https://storage.googleapis.com/bucket/token"}, code: "identity-file-elsewhere"},
		"a name that only begins so":    {change: map[string]any{"token_url": "https://stsx.googleapis.com/v1/token"}, code: "identity-file-elsewhere"},
		"without TLS":                   {change: map[string]any{"token_url": "http://sts.googleapis.com/v1/token"}, code: "identity-file-elsewhere"},
		"another host to act at":        {change: map[string]any{"service_account_impersonation_url": strings.Replace(acts, "googleapis.com", "example.com", 1)}, code: "identity-file-elsewhere"},
		"nothing that acts":             {change: map[string]any{"service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/"}, code: "identity-file-damaged"},
		"without audience":              {change: map[string]any{"audience": nil}, code: "identity-file-damaged"},
		"without the type of its token": {change: map[string]any{"subject_token_type": " "}, code: "identity-file-damaged"},
		"without a source":              {change: map[string]any{"credential_source": nil}, code: "identity-file-damaged"},
		"a source that is a text":       {change: map[string]any{"credential_source": "file"}, code: "identity-file-damaged"},
		"two sources":                   {change: map[string]any{"credential_source": map[string]any{"file": "/a", "url": "https://a.example.com"}}, code: "identity-file-damaged"},
		"JSON without a field":          {change: map[string]any{"credential_source": map[string]any{"file": "/a", "format": map[string]any{"type": "json"}}}, code: "identity-file-damaged"},
		"a format that is not known":    {change: map[string]any{"credential_source": map[string]any{"file": "/a", "format": map[string]any{"type": "xml"}}}, code: "identity-file-damaged"},
		"a program":                     {change: map[string]any{"credential_source": map[string]any{"executable": map[string]any{"command": "/bin/id"}}}, code: "identity-source-executable"},
		"AWS":                           {change: map[string]any{"credential_source": map[string]any{"environment_id": "aws1", "url": "http://169.254.169.254/"}}, code: "identity-source-aws"},
		"a certificate":                 {change: map[string]any{"credential_source": map[string]any{"certificate": map[string]any{}}}, code: "identity-source-unknown"},
		"an open address":               {change: map[string]any{"credential_source": map[string]any{"url": "http://ci.example.com/token"}}, code: "identity-source-plain"},
		"a key":                         {change: map[string]any{"type": "service_account"}, code: "not-an-identity-file"},
		"a person":                      {change: map[string]any{"type": "external_account_authorized_user"}, code: "not-an-identity-file"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := federation.Read(config(t, c.change), "credentials.json", google.Gmail())
			code := ""
			if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok {
				code = symptom.Code
			}
			if code != c.code || (err == nil) != (c.code == "") || file.ServiceAccount != c.acts && err == nil {
				t.Errorf("Read = %q, %v; want %q, code %q", file.ServiceAccount, err, c.acts, c.code)
			}
		})
	}
	if _, err := federation.Read([]byte("{"), "x", google.Gmail()); diagnosis.SymptomOf(err).Code != "not-an-identity-file" {
		t.Errorf("Read of what is no JSON = %v", err)
	}
}

// wire stands for both services, and for somebody to whom no token may go.
type wire struct {
	provider google.Provider
	client   *http.Client

	mu     sync.Mutex
	hidden []string
	strays []string // what came to whom nothing may go
}

const subject = "subject-token-of-this-job"

func newWire(t *testing.T, sts, iam http.HandlerFunc) *wire {
	t.Helper()
	w := &wire{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/token", sts)
	mux.HandleFunc("POST /v1/projects/-/serviceAccounts/{email}", iam)
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	stray := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.strays = append(w.strays, r.Header.Get("Authorization")+" "+string(body))
	}))
	t.Cleanup(stray.Close)
	w.provider = google.Provider{STSEndpoint: server.URL, IAMCredentialsEndpoint: server.URL, TokenEndpoint: stray.URL}
	w.client = server.Client()
	return w
}

func (w *wire) exchange(t *testing.T, impersonate bool) (secret.Text, time.Time, error) {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(subject+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	change := map[string]any{"token_url": w.provider.STSEndpoint + "/v1/token", "credential_source": map[string]any{"file": token}}
	if impersonate {
		change["service_account_impersonation_url"] = w.provider.IAMCredentialsEndpoint + "/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken"
	}
	file, err := federation.Read(config(t, change), "credentials.json", w.provider)
	if err != nil {
		t.Fatal(err)
	}
	e := federation.Exchange{HTTP: w.client, Timeout: 10 * time.Second, Hide: func(texts ...secret.Text) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, text := range texts {
			w.hidden = append(w.hidden, text.Reveal())
		}
	}}
	return e.Token(t.Context(), file)
}

func grants(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"access_token":"federated-token","issued_token_type":"x","token_type":"Bearer","expires_in":300}`)
}

func acts(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"accessToken":"token-of-the-service-account","expireTime":"2026-11-21T20:00:00Z"}`)
}

// All that vouches for anything is known to the redactor before it can be told.
func TestTokenHidesWhatGoesByIt(t *testing.T) {
	w := newWire(t, grants, acts)
	token, ends, err := w.exchange(t, true)
	if err != nil || token.Reveal() != "token-of-the-service-account" || !ends.Equal(time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)) {
		t.Fatalf("Token = %s, %s, %v", token.Reveal(), ends, err)
	}
	for _, want := range []string{subject, "federated-token", "token-of-the-service-account"} {
		if !strings.Contains(strings.Join(w.hidden, " "), want) {
			t.Errorf("%s is not hidden, but %q", want, w.hidden)
		}
	}
}

// The library follows redirects with the token, and puts replies into errors: it
// is kept from both.
func TestTokenGoesNowhereElse(t *testing.T) {
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		for _, impersonate := range []bool{false, true} {
			var w *wire
			away := func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, w.provider.TokenEndpoint+"/elsewhere", status)
			}
			if impersonate {
				w = newWire(t, grants, away)
			} else {
				w = newWire(t, away, acts)
			}
			_, _, err := w.exchange(t, impersonate)
			if symptom := diagnosis.SymptomOf(err); err == nil || symptom.Where != diagnosis.AtCloud || symptom.Status != status {
				t.Errorf("redirected with %d: %v", status, err)
			}
			if len(w.strays) > 0 {
				t.Errorf("redirected with %d, somebody else was told %q", status, w.strays)
			}
		}
	}
}

func TestTokenTellsRefusalsInTheServersWords(t *testing.T) {
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
		}
	}
	for name, c := range map[string]struct {
		sts, iam         http.HandlerFunc
		code, text, step string
	}{
		"of the exchange":    {says(400, `{"error":"invalid_grant","error_description":"stale: `+subject+`\nreally"}`), acts, "invalid_grant", "stale: ••• really", "exchange"},
		"of an API":          {says(403, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"off","details":[{"reason":"SERVICE_DISABLED","metadata":{"consumer":"projects/7"}}]}}`), acts, "SERVICE_DISABLED", "off", "exchange"},
		"to act":             {grants, says(403, `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no federated-token"}}`), "PERMISSION_DENIED", "no •••", "impersonate"},
		"in no words of its": {says(502, "<html>"), acts, "no-answer", "", "exchange"},
		"that is no refusal": {says(200, "<html>"+subject), acts, "not-json", "", "exchange"},
		"that never ends":    {says(200, `{"access_token":"x","expires_in":0}`), acts, "not-json", "", "exchange"},
		"of a broken answer": {grants, says(200, `{"accessToken":"x","expireTime":"soon"}`), "not-json", "", "impersonate"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := newWire(t, c.sts, c.iam).exchange(t, true)
			symptom := diagnosis.SymptomOf(err)
			if err == nil || symptom.Where != diagnosis.AtCloud || symptom.Code != c.code || symptom.Facts["step"] != c.step {
				t.Errorf("Token: %v, facts %v; want %s at step %s", err, symptom.Facts, c.code, c.step)
			}
			if strings.Contains(err.Error(), subject) || strings.Contains(err.Error(), "federated-token") {
				t.Errorf("a secret is told: %v", err)
			}
			before, _, _ := strings.Cut(c.text, "•")
			if !strings.HasPrefix(symptom.Text, before) {
				t.Errorf("Token says %q, want %q", symptom.Text, c.text)
			}
		})
	}
}

// A server that cannot be reached is told as such.
func TestTokenOfNobody(t *testing.T) {
	w := newWire(t, grants, acts)
	w.client = &http.Client{Transport: http.DefaultTransport} // does not trust it
	_, _, err := w.exchange(t, false)
	if symptom := diagnosis.SymptomOf(err); symptom.Where != diagnosis.AtConnect || symptom.Code != "tls-unknown-authority" {
		t.Errorf("Token = %v", err)
	}
}

// Whatever a file says, it is refused or it names no address but the provider's.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "{", `{"type":"external_account"}`, `{"type":"external_account","audience":"a","subject_token_type":"b","credential_source":{"file":"c"}}`,
		`{"type":"external_account","audience":"a","subject_token_type":"b","token_url":"https://sts.example.com","credential_source":{"url":"https://d"}}`,
		`{"type":"external_account","audience":"a","subject_token_type":"b","credential_source":{"executable":null,"file":"c","format":{"type":"json","subject_token_field_name":"x"}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := federation.Read(data, "credentials.json", google.Gmail())
		if _, ok := errors.AsType[*diagnosis.Symptom](err); err != nil && !ok {
			t.Errorf("Read: %v is no Symptom", err)
		}
		if err == nil && file.ServiceAccount != "" && !strings.Contains(file.ServiceAccount, "@") {
			t.Errorf("Read: acts as %q", file.ServiceAccount)
		}
	})
}
