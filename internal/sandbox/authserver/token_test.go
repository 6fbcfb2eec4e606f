package authserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
)

var verifier = strings.Repeat("v", 50)

func TestGrantIsLikeGoogles(t *testing.T) {
	st := newStage(t)
	back := st.consent(st.request(st.desktop, "code_challenge", challenge(verifier), "code_challenge_method", "S256"), mailbox)
	if got := back.Get("state"); got != "s-1" {
		t.Errorf("redirect has state %q, want s-1", got)
	}
	status, reply := st.token(st.exchangeForm(st.desktop, back.Get("code"), "code_verifier", verifier))
	if status != http.StatusOK {
		t.Fatalf("exchange = %d %v", status, reply)
	}
	shapes := map[string]string{
		"access_token": `^ya29\.[A-Za-z0-9_-]{200,250}$`, "refresh_token": `^1//[A-Za-z0-9_-]{80,120}$`,
		"expires_in": `^3599$`, "token_type": `^Bearer$`, "id_token": `^[\w-]+\.[\w-]+\.[\w-]+$`,
	}
	for field, shape := range shapes {
		if got := fmt.Sprint(reply[field]); !regexp.MustCompile(shape).MatchString(got) {
			t.Errorf("%s = %q, want like %s", field, got, shape)
		}
	}
	want := []string{"openid", google.Known().Scopes["email-long"].Value, google.MailScope()}
	if diff := cmp.Diff(want, strings.Fields(reply["scope"].(string))); diff != "" {
		t.Errorf("scope (-want +got)\n%s", diff)
	}
	if _, ok := reply["refresh_token_expires_in"]; ok {
		t.Error("refresh_token_expires_in is there in production")
	}
	claims := idClaims(t, reply["id_token"].(string))
	if claims["email"] != mailbox || claims["aud"] != st.desktop.ID || len(claims["sub"].(string)) != 21 {
		t.Errorf("ID token says %v", claims)
	}
	if !regexp.MustCompile(`^\d{12}-[a-z0-9]{32}\.apps\.googleusercontent\.com$`).MatchString(st.desktop.ID) {
		t.Errorf("client ID %q has not Google's shape", st.desktop.ID)
	}
	if !regexp.MustCompile(`^GOCSPX-[A-Za-z0-9_-]{28}$`).MatchString(st.desktop.Secret.Reveal()) {
		t.Error("the client secret has not Google's shape")
	}
	if !strings.HasPrefix(back.Get("code"), "4/0") {
		t.Error("the code has not Google's shape")
	}
}

func idClaims(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(text, &claims) != nil {
		t.Fatalf("the ID token is not readable: %v", err)
	}
	return claims
}

func TestTokenEndpointRefusesInGooglesWords(t *testing.T) {
	invented := "4/0AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
	st := newStage(t)
	deleted := st.server.NewClient(account.Desktop, "gone", nil, "my-project")
	st.server.DeleteClient(deleted.ID)
	tests := []struct {
		name, code, words string
		status            int
		form              url.Values
	}{
		{"no grant type", "invalid_request", "Missing required parameter: grant_type", 400, url.Values{}},
		{"other grant type", "unsupported_grant_type", "Invalid grant_type: password", 400, url.Values{"grant_type": {"password"}}},
		{"no client", "invalid_request", "Missing required parameter: client_id", 400, st.exchangeForm(st.web, invented, "client_id", "")},
		{"unknown client", "invalid_client", "The OAuth client was not found.", 401, st.exchangeForm(st.web, invented, "client_id", "1-x.apps.googleusercontent.com")},
		{"deleted client", "deleted_client", "The OAuth client was deleted.", 401, st.exchangeForm(deleted, invented)},
		{"no secret", "invalid_request", "client_secret is missing.", 400, st.exchangeForm(st.web, invented, "client_secret", "")},
		{"wrong secret", "invalid_client", "The provided client secret is invalid.", 401, st.exchangeForm(st.web, invented, "client_secret", "GOCSPX-x")},
		{"no redirect", "invalid_request", "Missing required parameter: redirect_uri", 400, st.exchangeForm(st.web, invented, "redirect_uri", "")},
		{"redirect with one slash more", "redirect_uri_mismatch", "Bad Request", 400, st.exchangeForm(st.web, invented, "redirect_uri", webRedirect+"/")},
		{"no code", "invalid_request", "Missing required parameter: code", 400, st.exchangeForm(st.web, "", "code", "")},
		{"cut code", "invalid_grant", "Malformed auth code.", 400, st.exchangeForm(st.web, "4%2F0AbCdEf")},
		{"invented code, Web", "invalid_grant", "Bad Request", 400, st.exchangeForm(st.web, invented)},
		{"invented code, Desktop", "invalid_grant", "Bad Request", 400, st.exchangeForm(st.desktop, invented)},
		{"no refresh token", "invalid_request", "Missing required parameter: refresh_token", 400, st.refreshForm(st.web, "", "refresh_token", "")},
		{"unknown refresh token", "invalid_grant", "Bad Request", 400, st.refreshForm(st.web, "1//unknown")},
	}
	for _, tt := range tests {
		status, reply := st.token(tt.form)
		if status != tt.status || reply["error"] != tt.code || reply["error_description"] != tt.words {
			t.Errorf("%s: POST /token = %d %v, want %d %s %q", tt.name, status, reply, tt.status, tt.code, tt.words)
		}
	}
}

func TestClientSecretBasic(t *testing.T) {
	st := newStage(t)
	form := st.refreshForm(st.web, "1//x", "client_id", "", "client_secret", "")
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(st.web.ID) + ":" + url.QueryEscape(st.web.Secret.Reveal())))
	reply := st.json(st.do(http.MethodPost, "/token", form, "Authorization", "Basic "+basic))
	if reply["error"] != "invalid_grant" {
		t.Errorf("POST /token with Basic = %v, want invalid_grant: the client is accepted", reply)
	}
}

func TestPKCEIsEnforced(t *testing.T) {
	s256 := []string{"code_challenge", challenge(verifier), "code_challenge_method", "S256"}
	tests := []struct {
		name, verifier, words string
		request               []string
	}{
		{"verifier fits", verifier, "", s256},
		{"plain verifier fits", verifier, "", []string{"code_challenge", verifier}},
		{"verifier is missing", "", "Missing code verifier.", s256},
		{"verifier is wrong", verifier + "x", "Invalid code verifier.", s256},
		{"verifier without challenge", verifier, "code_verifier or verifier is not needed", nil},
	}
	for _, tt := range tests {
		st := newStage(t)
		code := st.consent(st.request(st.desktop, tt.request...), mailbox).Get("code")
		_, reply := st.token(st.exchangeForm(st.desktop, code, "code_verifier", tt.verifier))
		if got, _ := reply["error_description"].(string); got != tt.words {
			t.Errorf("%s: exchange says %q, want %q", tt.name, got, tt.words)
		}
		if tt.words != "" && reply["error"] != "invalid_grant" {
			t.Errorf("%s: error = %v, want invalid_grant", tt.name, reply["error"])
		}
		// A code works once, also if it was refused.
		_, again := st.token(st.exchangeForm(st.desktop, code, "code_verifier", verifier))
		if again["error"] != "invalid_grant" || again["error_description"] != "Bad Request" {
			t.Errorf("%s: the code a second time = %v, want invalid_grant Bad Request", tt.name, again)
		}
	}
}

func TestCodes(t *testing.T) {
	st := newStage(t)
	code := st.consent(st.request(st.desktop), mailbox).Get("code")
	other := st.server.NewClient(account.Desktop, "other", nil, "my-project")
	if _, reply := st.token(st.exchangeForm(other, code)); reply["error_description"] != "Bad Request" {
		t.Errorf("another client's exchange = %v, want Bad Request", reply)
	}
	if _, reply := st.token(st.exchangeForm(st.desktop, code, "redirect_uri", "http://127.0.0.1:5679/")); reply["error"] != "redirect_uri_mismatch" {
		t.Errorf("exchange with another port = %v, want redirect_uri_mismatch", reply)
	}
	code = st.consent(st.request(st.desktop), mailbox).Get("code")
	st.clock = st.clock.Add(codeLife)
	if _, reply := st.token(st.exchangeForm(st.desktop, code)); reply["error_description"] != "Bad Request" {
		t.Errorf("exchange after ten minutes = %v, want Bad Request", reply)
	}
}

func TestRefreshTokenIsSentWhenGoogleSendsOne(t *testing.T) {
	tests := []struct {
		name    string
		desktop bool
		before  bool // consented already
		changes []string
		want    bool
	}{
		{"Web, offline, consent", false, true, nil, true},
		{"Web, offline, first consent", false, false, []string{"prompt", ""}, true},
		{"Web, offline, consented before, not asked again", false, true, []string{"prompt", ""}, false},
		{"Web, online", false, false, []string{"access_type", ""}, false},
		{"Desktop, nothing said", true, true, []string{"access_type", "", "prompt", ""}, true},
	}
	for _, tt := range tests {
		st := newStage(t)
		c := st.web
		if tt.desktop {
			c = st.desktop
		}
		if tt.before {
			st.granted(st.desktop) // of the same project: consent is the project's
		}
		_, got := st.granted(c, tt.changes...)["refresh_token"]
		if got != tt.want {
			t.Errorf("%s: refresh token sent: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRefresh(t *testing.T) {
	st := newStage(t)
	refresh := st.granted(st.desktop)["refresh_token"].(string)
	status, reply := st.token(st.refreshForm(st.desktop, refresh))
	if status != 200 || reply["refresh_token"] != nil || reply["expires_in"] != 3599.0 {
		t.Errorf("refresh = %d %v, want an access token and no refresh token", status, reply)
	}
	status, reply = st.token(st.refreshForm(st.web, refresh))
	if status != 401 || reply["error"] != "unauthorized_client" {
		t.Errorf("refresh by another client = %d %v, want 401 unauthorized_client", status, reply)
	}
	_, reply = st.token(st.refreshForm(st.desktop, refresh, "scope", "openid"))
	if reply["scope"] != "openid" {
		t.Errorf("refresh for less = %v, want the scope openid", reply)
	}
	status, reply = st.token(st.refreshForm(st.desktop, refresh, "scope", "profile"))
	if status != 400 || reply["error"] != "invalid_scope" {
		t.Errorf("refresh for more = %d %v, want invalid_scope", status, reply)
	}
	st.use("new-refresh-token")
	_, reply = st.token(st.refreshForm(st.desktop, refresh))
	next, _ := reply["refresh_token"].(string)
	if next == "" || next == refresh {
		t.Fatal("new-refresh-token brought none")
	}
	if _, reply = st.token(st.refreshForm(st.desktop, refresh)); reply["error_description"] != "Token has been expired or revoked." {
		t.Errorf("the old refresh token = %v, want it dead", reply)
	}
	if status, reply = st.token(st.refreshForm(st.desktop, next)); status != 200 {
		t.Errorf("the new refresh token = %d %v, want 200", status, reply)
	}
}

func TestRefreshTokensDie(t *testing.T) {
	const dead, forgottenWords = "Token has been expired or revoked.", "Bad Request"
	st := newStage(t)
	refused := func(what, token, want string) {
		t.Helper()
		_, reply := st.token(st.refreshForm(st.desktop, token))
		if got, _ := reply["error_description"].(string); got != want {
			t.Errorf("%s: refresh says %q, want %q", what, got, want)
		}
	}
	idle := st.granted(st.desktop)["refresh_token"].(string)
	st.server.SetAudience("my-project", account.Testing, "")
	reply := st.granted(st.desktop)
	if reply["refresh_token_expires_in"] != 604799.0 {
		t.Errorf("refresh_token_expires_in = %v in Testing, want 604799", reply["refresh_token_expires_in"])
	}
	testing := reply["refresh_token"].(string)
	st.server.SetAudience("my-project", account.Production, "") // too late for that token
	st.clock = st.clock.Add(testingLife - time.Second)
	refused("a second before seven days", testing, "")
	st.clock = st.clock.Add(time.Second)
	refused("after seven days", testing, dead)
	refused("production", idle, "")
	st.clock = st.clock.Add(forgotten + time.Second)
	refused("half a day dead", testing, forgottenWords)
	st.clock = st.clock.Add(idleLife - time.Hour)
	refused("unused for six months", idle, dead)

	first := st.granted(st.desktop)["refresh_token"].(string)
	for range maxRefresh - 1 {
		st.server.Authorize(st.desktop.ID, mailbox, []string{"openid"})
	}
	refused("one of a hundred", first, "")
	st.server.Authorize(st.desktop.ID, mailbox, []string{"openid"})
	refused("the first of a hundred and one", first, dead)
}

func TestSignInAloneLivesOnInTesting(t *testing.T) {
	st := newStage(t)
	st.server.SetAudience("my-project", account.Testing, "")
	if reply := st.granted(st.desktop, "scope", "openid email"); reply["refresh_token_expires_in"] != nil {
		t.Errorf("refresh_token_expires_in = %v without the mail scope, want none", reply["refresh_token_expires_in"])
	}
}

func TestGrantScenarios(t *testing.T) {
	long := google.Known().Scopes["email-long"].Value
	tests := []struct {
		scenario string
		check    func(map[string]any) bool
	}{
		{"mail-scope-unticked", func(r map[string]any) bool { return r["scope"] == "openid "+long }},
		{"email-scope-missing", func(r map[string]any) bool { return r["scope"] == google.MailScope() && r["id_token"] == nil }},
		{"no-refresh-token", func(r map[string]any) bool { return r["refresh_token"] == nil }},
		{"testing-lifetime", func(r map[string]any) bool { return r["refresh_token_expires_in"] == 604799.0 }},
		{"time-based-access", func(r map[string]any) bool { return r["refresh_token_expires_in"] == 15551999.0 }},
		{"other-account-consents", func(r map[string]any) bool {
			return idClaims(t, r["id_token"].(string))["email"] == "somebody.else@example.net"
		}},
	}
	for _, tt := range tests {
		st := newStage(t)
		st.use(tt.scenario)
		if reply := st.granted(st.desktop); !tt.check(reply) {
			t.Errorf("%s: token reply = %v", tt.scenario, reply)
		}
	}
	st := newStage(t)
	st.use("access-token-dead")
	if _, _, ok := st.server.Access(st.granted(st.desktop)["access_token"].(string)); ok {
		t.Error("access-token-dead: the access token lives")
	}
}

func TestManyAtOnce(t *testing.T) {
	st := newStage(t)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			email := fmt.Sprintf("m%d@example.com", i)
			token := st.server.Authorize(st.web.ID, email, []string{"openid", "email", google.MailScope()})
			for range 5 {
				status, reply := st.token(st.refreshForm(st.web, token.Reveal()))
				if status != 200 {
					t.Errorf("refresh of %s = %d %v", email, status, reply)
					return
				}
				if got, _, ok := st.server.Access(reply["access_token"].(string)); !ok || got != email {
					t.Errorf("Access() = %q, %v, want %q", got, ok, email)
				}
			}
			st.do(http.MethodPost, "/token/revocation", url.Values{"token": {token.Reveal()}})
		})
	}
	all.Wait()
}

func TestLedgerForgetsTheDead(t *testing.T) {
	st := newStage(t)
	token := st.server.Authorize(st.web.ID, mailbox, []string{"openid"}).Reveal()
	for range 3000 {
		st.token(st.refreshForm(st.web, token))
		st.clock = st.clock.Add(time.Minute)
	}
	if got := len(st.server.state.access); got > 1100 {
		t.Errorf("%d access tokens are kept after 3000 renewals in 50 hours, want about an hour's and some", got)
	}
}
