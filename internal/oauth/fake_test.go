package oauth

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// Secrets of the tests; none of them may be seen in an error.
const (
	theSecret  = "GOCSPX-sentinel-client-secret"
	theRefresh = "1//0sentinel-refresh-token-of-the-test"
	theAccess  = "ya29.sentinel-access-token-of-the-test"
	theCode    = "4/0sentinel-code-of-the-test"
)

var theClient = account.Client{ID: "815407401234-abc.apps.example", Secret: secret.New(theSecret), Type: account.Desktop}

// fakeGoogle answers as the test says and keeps what it was asked.
type fakeGoogle struct {
	*httptest.Server
	mu     sync.Mutex
	forms  []url.Values
	header []http.Header
	answer map[string]http.HandlerFunc // by path
}

func newFake(t *testing.T, answer map[string]http.HandlerFunc) *fakeGoogle {
	t.Helper()
	f := &fakeGoogle{answer: answer}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		f.mu.Lock()
		f.forms, f.header = append(f.forms, r.Form), append(f.header, r.Header.Clone())
		answer := f.answer[r.URL.Path]
		f.mu.Unlock()
		if answer == nil {
			http.NotFound(w, r)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeGoogle) asked() []url.Values {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.forms
}

func (f *fakeGoogle) headers() []http.Header {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.header
}

func (f *fakeGoogle) server(t *testing.T) *Server {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &Server{
		HTTP: &http.Client{Transport: transport},
		Now:  func() time.Time { return noon },
		Provider: google.Provider{
			Issuer:                f.URL,
			AuthorizationEndpoint: f.URL + "/auth",
			TokenEndpoint:         f.URL + "/token",
			RevocationEndpoint:    f.URL + "/revoke",
			UserinfoEndpoint:      f.URL + "/me",
			TokeninfoEndpoint:     f.URL + "/tokeninfo",
			Scopes:                []string{"openid", "email", google.MailScope()},
		},
	}
}

// says answers with a status, a content type and a body.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header()["Date"] = nil
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func saysJSON(status int, v any) http.HandlerFunc {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return says(status, "application/json; charset=utf-8", string(body))
}

// grant is a token reply as Google sends it; pairs replace or, with nil, remove.
func grant(pairs ...any) map[string]any {
	reply := map[string]any{
		"access_token": theAccess, "expires_in": 3599, "refresh_token": theRefresh, "token_type": "Bearer",
		"scope":    "openid https://www.googleapis.com/auth/userinfo.email " + google.MailScope(),
		"id_token": idToken(map[string]any{"email": "office@example.com"}),
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if reply[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
			delete(reply, pairs[i].(string))
		}
	}
	return reply
}

func idToken(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode(payload) + "." + encode([]byte("signature"))
}
