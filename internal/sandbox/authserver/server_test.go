package authserver

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// stage is a server with a clock that stands until it is moved, and clients of
// both types.
type stage struct {
	*testing.T
	server  *Server
	clock   time.Time
	web     account.Client
	desktop account.Client
}

const (
	testBase    = "https://127.0.0.1:9443"
	webRedirect = "https://crm.example.com/oauth/callback"
	loopbackURI = "http://127.0.0.1:5678/"
	mailbox     = "office@example.com"
)

func newStage(t *testing.T) *stage {
	t.Helper()
	st := &stage{T: t, clock: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	server, err := New(Options{Base: testBase, Scenarios: new(scenario.Set), Now: func() time.Time { return st.clock }})
	if err != nil {
		t.Fatal(err)
	}
	st.server = server
	st.web = server.NewClient(account.Web, "web", []string{webRedirect}, "my-project")
	st.desktop = server.NewClient(account.Desktop, "desktop", nil, "my-project")
	return st
}

func (st *stage) use(names ...string) {
	st.Helper()
	var chosen []scenario.Scenario
	for _, name := range names {
		s, ok := scenario.Named(name)
		if !ok {
			st.Fatalf("no scenario %s", name)
		}
		chosen = append(chosen, s)
	}
	st.server.scenarios.Use(chosen...)
}

func (st *stage) do(method, path string, form url.Values, headers ...string) *http.Response {
	st.Helper()
	req := httptest.NewRequest(method, testBase+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	st.server.ServeHTTP(rec, req)
	return rec.Result()
}

func (st *stage) get(path string) *http.Response {
	st.Helper()
	return st.do(http.MethodGet, path, nil)
}

func (st *stage) json(reply *http.Response) map[string]any {
	st.Helper()
	var fields map[string]any
	if err := json.NewDecoder(reply.Body).Decode(&fields); err != nil {
		st.Fatalf("reply %d is not JSON: %v", reply.StatusCode, err)
	}
	return fields
}

// request is a good authorization request, with changes as name, value pairs;
// an empty value removes.
func (st *stage) request(c account.Client, changes ...string) url.Values {
	q := url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {loopbackURI}, "state": {"s-1"},
		"scope": {"openid email " + google.MailScope()}, "access_type": {"offline"}, "prompt": {"consent"}, "login_hint": {mailbox},
	}
	if c.Type == account.Web {
		q.Set("redirect_uri", webRedirect)
	}
	return change(q, changes...)
}

func change(q url.Values, changes ...string) url.Values {
	for i := 0; i+1 < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

// consent walks from the authorization request to the redirect and gives the
// redirect's query. It ticks the mail scope, or what is given.
func (st *stage) consent(q url.Values, email string, ticked ...string) url.Values {
	st.Helper()
	if len(ticked) == 0 {
		ticked = []string{google.MailScope()}
	}
	reply := st.get("/auth?" + q.Encode())
	at := st.location(reply)
	reply = st.do(http.MethodPost, at.RequestURI(), url.Values{"email": {email}})
	at = st.location(reply)
	if at.Path == consentPath {
		reply = st.do(http.MethodPost, at.RequestURI(), url.Values{"decision": {"allow"}, "scope": ticked})
		at = st.location(reply)
	}
	if !strings.HasPrefix(at.String(), q.Get("redirect_uri")) {
		st.Fatalf("consent led to %s, want %s", at, q.Get("redirect_uri"))
	}
	return at.Query()
}

func (st *stage) location(reply *http.Response) *url.URL {
	st.Helper()
	at, err := reply.Location()
	if err != nil {
		st.Fatalf("reply %d has no Location: %v", reply.StatusCode, err)
	}
	return at
}

func (st *stage) exchangeForm(c account.Client, code string, changes ...string) url.Values {
	q := url.Values{"grant_type": {"authorization_code"}, "client_id": {c.ID}, "client_secret": {c.Secret.Reveal()},
		"code": {code}, "redirect_uri": {loopbackURI}}
	if c.Type == account.Web {
		q.Set("redirect_uri", webRedirect)
	}
	return change(q, changes...)
}

func (st *stage) refreshForm(c account.Client, token string, changes ...string) url.Values {
	return change(url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ID}, "client_secret": {c.Secret.Reveal()},
		"refresh_token": {token}}, changes...)
}

func (st *stage) token(form url.Values) (int, map[string]any) {
	st.Helper()
	reply := st.do(http.MethodPost, "/token", form)
	return reply.StatusCode, st.json(reply)
}

// granted is the token reply of a whole consent.
func (st *stage) granted(c account.Client, changes ...string) map[string]any {
	st.Helper()
	back := st.consent(st.request(c, changes...), mailbox)
	status, reply := st.token(st.exchangeForm(c, back.Get("code")))
	if status != http.StatusOK {
		st.Fatalf("exchange = %d %v, want 200", status, reply)
	}
	return reply
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
