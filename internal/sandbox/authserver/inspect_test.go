package authserver

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

func serve(st *stage, req *http.Request) *http.Response {
	rec := httptest.NewRecorder()
	st.server.ServeHTTP(rec, req)
	return rec.Result()
}

func TestWhatTokensAreSaidToBe(t *testing.T) {
	st := newStage(t)
	access := st.granted(st.web)["access_token"].(string)
	scopes := "openid " + google.Known().Scopes["email-long"].Value + " " + google.MailScope()
	info := map[string]any{
		"azp": st.web.ID, "aud": st.web.ID, "sub": subject(mailbox), "scope": scopes, "exp": "1795179599", "expires_in": "3599",
		"email": mailbox, "email_verified": "true", "access_type": "offline",
	}
	for name, reply := range map[string]*http.Response{
		"POST with Bearer": st.do(http.MethodPost, "/tokeninfo", nil, "Authorization", "Bearer "+access),
		"GET with query":   st.get("/tokeninfo?access_token=" + access),
	} {
		if diff := cmp.Diff(info, st.json(reply)); diff != "" {
			t.Errorf("tokeninfo, %s (-want +got)\n%s", name, diff)
		}
	}
	who := st.json(st.do(http.MethodGet, "/me", nil, "Authorization", "bearer "+access))
	if diff := cmp.Diff(map[string]any{"sub": subject(mailbox), "email": mailbox, "email_verified": true, "hd": "example.com"}, who); diff != "" {
		t.Errorf("userinfo (-want +got)\n%s", diff)
	}
	for name, reply := range map[string]*http.Response{
		"form":   st.do(http.MethodPost, "/introspect", url.Values{"token": {access}}),
		"query":  st.get("/introspect?token=" + access),
		"header": st.do(http.MethodGet, "/introspect", nil, "Authorization", "Bearer "+access),
	} {
		if got := st.json(reply); got["active"] != true || got["username"] != mailbox || got["scope"] != scopes || got["exp"] != 1795179599.0 {
			t.Errorf("introspection, %s = %v", name, got)
		}
	}
	if email, got, ok := st.server.Access(access); !ok || email != mailbox || strings.Join(got, " ") != scopes {
		t.Errorf("Access() = %q, %v, %v", email, got, ok)
	}
	st.clock = st.clock.Add(accessLife)
	st.looksDead("an hour later", access)
}

func (st *stage) looksDead(when, access string) {
	st.Helper()
	bearer := []string{"Authorization", "Bearer " + access}
	info := st.do(http.MethodPost, "/tokeninfo", nil, bearer...)
	if got := st.json(info); info.StatusCode != 400 || got["error"] != "invalid_token" {
		st.Errorf("%s: tokeninfo = %d %v, want 400 invalid_token", when, info.StatusCode, got)
	}
	who := st.do(http.MethodGet, "/me", nil, bearer...)
	if who.StatusCode != 401 || who.Header.Get("WWW-Authenticate") == "" {
		st.Errorf("%s: userinfo = %d, want 401 with WWW-Authenticate", when, who.StatusCode)
	}
	if got := st.json(st.do(http.MethodPost, "/introspect", url.Values{"token": {access}})); !cmp.Equal(got, map[string]any{"active": false}) {
		st.Errorf("%s: introspection = %v, want inactive", when, got)
	}
	if _, _, ok := st.server.Access(access); ok {
		st.Errorf("%s: Access() says it lives", when)
	}
}

func TestUserinfoNeedsAScope(t *testing.T) {
	st := newStage(t)
	access := st.granted(st.web, "scope", google.MailScope())["access_token"].(string)
	if reply := st.do(http.MethodGet, "/me", nil, "Authorization", "Bearer "+access); reply.StatusCode != 401 {
		t.Errorf("userinfo with the mail scope alone = %d, want 401", reply.StatusCode)
	}
	if got := st.json(st.get("/tokeninfo?access_token=" + access)); got["email"] != nil || got["sub"] != nil {
		t.Errorf("tokeninfo with the mail scope alone = %v, want neither email nor sub", got)
	}
}

func TestRevoke(t *testing.T) {
	for _, kind := range []string{"access_token", "refresh_token"} {
		st := newStage(t)
		web, desktop := st.granted(st.web), st.granted(st.desktop)
		reply := st.do(http.MethodPost, "/token/revocation", url.Values{"token": {web[kind].(string)}})
		if reply.StatusCode != 200 {
			t.Fatalf("revoke %s = %d, want 200", kind, reply.StatusCode)
		}
		st.looksDead("revoked by "+kind, web["access_token"].(string))
		// All clients of the project are out.
		if _, got := st.token(st.refreshForm(st.desktop, desktop["refresh_token"].(string))); got["error_description"] != "Token has been expired or revoked." {
			t.Errorf("the other client's refresh after revoking %s = %v", kind, got)
		}
		again := st.do(http.MethodPost, "/token/revocation", url.Values{"token": {web[kind].(string)}})
		if got := st.json(again); again.StatusCode != 400 || got["error"] != "invalid_token" {
			t.Errorf("revoke %s again = %d %v, want 400 invalid_token", kind, again.StatusCode, got)
		}
		if st.granted(st.web, "prompt", "")["refresh_token"] == nil {
			t.Error("consent after a revocation is not a first one")
		}
	}
}

func TestExpireAndWithdraw(t *testing.T) {
	st := newStage(t)
	reply := st.granted(st.desktop)
	access, refresh := reply["access_token"].(string), reply["refresh_token"].(string)
	st.do(http.MethodPost, "/sandbox/tokens", url.Values{"do": {"expire"}, "account": {"other@example.com"}})
	if _, _, ok := st.server.Access(access); !ok {
		t.Error("expire of another account ended the access token")
	}
	st.do(http.MethodPost, "/sandbox/tokens", url.Values{"do": {"expire"}, "account": {mailbox}})
	st.looksDead("expired", access)
	if status, _ := st.token(st.refreshForm(st.desktop, refresh)); status != 200 {
		t.Errorf("refresh after expire = %d, want 200", status)
	}
	st.do(http.MethodPost, "/sandbox/tokens", url.Values{"do": {"withdraw"}})
	if status, _ := st.token(st.refreshForm(st.desktop, refresh)); status != 400 {
		t.Errorf("refresh after withdraw = %d, want 400", status)
	}
	old := st.desktop.Secret.Reveal()
	st.desktop.Secret = st.server.RotateSecret(st.desktop.ID)
	if status, _ := st.token(st.refreshForm(st.desktop, refresh, "client_secret", old)); status != 401 {
		t.Errorf("refresh with a replaced secret = %d, want 401", status)
	}
	if !st.server.RotateSecret("nobody").IsZero() || !st.server.Authorize("nobody", mailbox, nil).IsZero() {
		t.Error("an unknown client got a secret or a token")
	}
}

// echoed is what the endpoint makes of {sent}; the order of {clear} is any.
func echoed(body string, form url.Values) string {
	before, _, _ := strings.Cut(strings.ReplaceAll(body, "{sent}", form.Encode()), "{clear}")
	return before
}

// Every scenario at a JSON endpoint says its words, in JSON if Google would.
func TestSpokenScenarios(t *testing.T) {
	all, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{scenario.TokenCode: "/token", scenario.TokenRefresh: "/token", scenario.Revoke: "/token/revocation",
		scenario.Tokeninfo: "/tokeninfo", scenario.Userinfo: "/me", scenario.Introspect: "/introspect"}
	for _, s := range all {
		for _, e := range s.Effects {
			path, ours := paths[e.At]
			if !ours || e.Error == "" && e.Body == "" && e.Flood == 0 {
				continue
			}
			st := newStage(t)
			st.use(s.Name)
			form := st.exchangeForm(st.web, "x")
			if e.At == scenario.TokenRefresh {
				form = st.refreshForm(st.web, "x")
			}
			reply := st.do(http.MethodPost, path, form)
			body, err := io.ReadAll(reply.Body)
			if err != nil || reply.StatusCode != max(e.Status, 200) || len(body) < e.Flood || !strings.Contains(string(body), echoed(e.Body, form)) {
				t.Errorf("%s at %s: %d, %d bytes, %v; want %d", s.Name, e.At, reply.StatusCode, len(body), err, e.Status)
			}
			for name, value := range e.Headers {
				if got := reply.Header.Get(name); got != value {
					t.Errorf("%s at %s: %s = %q, want %q", s.Name, e.At, name, got, value)
				}
			}
			if e.Error != "" && !strings.Contains(string(body), `"error": "`+e.Error+`"`) {
				t.Errorf("%s at %s says %s, want the error %s", s.Name, e.At, body, e.Error)
			}
		}
	}
}

// How an answer comes is seen on a real connection only.
func TestHowAnswersCome(t *testing.T) {
	st := newStage(t)
	ts := httptest.NewTLSServer(st.server)
	defer ts.Close()
	defer st.server.Close()
	token := st.server.Authorize(st.web.ID, mailbox, []string{"openid"}).Reveal()
	ask := func(limit time.Duration) (int, error) {
		client := ts.Client()
		client.Timeout = limit
		reply, err := client.PostForm(ts.URL+"/token", st.refreshForm(st.web, token))
		if err != nil {
			return 0, err
		}
		defer reply.Body.Close()
		body, err := io.ReadAll(reply.Body)
		return len(body), err
	}
	st.use("token-cut")
	if n, err := ask(10 * time.Second); err == nil || n != 40 {
		t.Errorf("token-cut: %d bytes, %v; want 40 and an error", n, err)
	}
	st.use("token-closed")
	if n, err := ask(10 * time.Second); err == nil || n != 0 {
		t.Errorf("token-closed: %d bytes, %v; want none and an error", n, err)
	}
	st.use("token-hang")
	var timeout interface{ Timeout() bool }
	if _, err := ask(50 * time.Millisecond); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("token-hang: %v, want a timeout", err)
	}
	st.server.scenarios.Use(scenario.Scenario{Effects: []scenario.Effect{{At: scenario.TokenRefresh, Delay: time.Millisecond, Drip: time.Microsecond}}})
	if n, err := ask(10 * time.Second); err != nil || n < 300 {
		t.Errorf("drip: %d bytes, %v; want the whole reply", n, err)
	}
	st.server.scenarios.Use(scenario.Scenario{Effects: []scenario.Effect{{At: scenario.Authorize, Hang: true}}})
	client := ts.Client()
	client.Timeout = 50 * time.Millisecond
	if _, err := client.Get(ts.URL + "/auth"); !errors.As(err, &timeout) {
		t.Errorf("authorize that hangs: %v, want a timeout", err)
	}
}

func TestCloseEndsWhatIsHeldBack(t *testing.T) {
	st := newStage(t)
	st.use("token-hang")
	ts := httptest.NewServer(st.server)
	defer ts.Close()
	failed := make(chan error)
	go func() {
		_, err := ts.Client().PostForm(ts.URL+"/token", st.refreshForm(st.web, "x"))
		failed <- err
	}()
	st.server.Close()
	st.server.Close()
	if err := <-failed; err == nil {
		t.Error("a request that was held back got an answer")
	}
}
