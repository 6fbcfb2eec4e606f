package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// A login-free look: always 302, the verdict is in Location.
func TestLoginFreeLook(t *testing.T) {
	st := newStage(t)
	gone := st.server.NewClient(account.Desktop, "gone", nil, "my-project")
	st.server.DeleteClient(gone.ID)
	const missing, policy = "Required parameter is missing: ", "policy for keeping apps secure"
	tests := []struct {
		name   string
		query  url.Values
		code   string // empty: registered
		status int
		words  string
	}{
		{"Web, registered", st.request(st.web), "", 0, ""},
		{"Desktop, any port", st.request(st.desktop), "", 0, ""},
		{"Desktop, localhost and a path", st.request(st.desktop, "redirect_uri", "http://localhost:1/a/b"), "", 0, ""},
		{"Desktop, IPv6", st.request(st.desktop, "redirect_uri", "http://[::1]:80"), "", 0, ""},
		{"unknown client", st.request(st.web, "client_id", "1-x.apps.googleusercontent.com"), "invalid_client", 401, "The OAuth client was not found."},
		{"deleted client", st.request(gone), "deleted_client", 401, "The OAuth client was deleted."},
		{"Web, one slash more", st.request(st.web, "redirect_uri", webRedirect+"/"), "redirect_uri_mismatch", 400, "register the redirect URI in the Google Cloud Console"},
		{"Web, other case", st.request(st.web, "redirect_uri", "https://CRM.example.com/oauth/callback"), "redirect_uri_mismatch", 400, ""},
		{"Web, loopback not registered", st.request(st.web, "redirect_uri", loopbackURI), "redirect_uri_mismatch", 400, ""},
		{"Desktop, 127.0.0.2", st.request(st.desktop, "redirect_uri", "http://127.0.0.2:1/"), "invalid_request", 400, policy},
		{"Desktop, https elsewhere", st.request(st.desktop, "redirect_uri", "https://example.com/"), "redirect_uri_mismatch", 400, ""},
		{"http elsewhere", st.request(st.web, "redirect_uri", "http://crm.example.com/"), "invalid_request", 400, policy},
		{"no public suffix", st.request(st.web, "redirect_uri", "https://crm.invalid/"), "invalid_request", 400, policy},
		{"an address of numbers", st.request(st.web, "redirect_uri", "https://192.0.2.1/"), "invalid_request", 400, policy},
		{"fragment", st.request(st.web, "redirect_uri", "https://example.com/#x"), "invalid_request", 400, policy},
		{"dots", st.request(st.web, "redirect_uri", "https://example.com/a/../b"), "invalid_request", 400, policy},
		{"out of band", st.request(st.desktop, "redirect_uri", "urn:ietf:wg:oauth:2.0:oob"), "invalid_request", 400, policy},
		{"no client", st.request(st.web, "client_id", ""), "invalid_request", 400, missing + "client_id"},
		{"no redirect", st.request(st.web, "redirect_uri", ""), "invalid_request", 400, missing + "redirect_uri"},
		{"no response type", st.request(st.web, "response_type", ""), "invalid_request", 400, missing + "response_type"},
		{"response type token", st.request(st.web, "response_type", "token"), "invalid_request", 400, "response_type"},
		{"no scope", st.request(st.web, "scope", ""), "invalid_request", 400, missing + "scope"},
		{"scope without its slash", st.request(st.web, "scope", "openid "+strings.TrimSuffix(google.MailScope(), "/")), "invalid_scope", 400, "valid=[openid]"},
		{"challenge of another kind", st.request(st.web, "code_challenge", challenge("x"), "code_challenge_method", "S512"), "invalid_request", 400, "code_challenge_method"},
		{"short challenge", st.request(st.web, "code_challenge", "short"), "invalid_request", 400, "code_challenge"},
	}
	for _, tt := range tests {
		reply := st.get("/auth?" + tt.query.Encode())
		at := st.location(reply)
		if reply.StatusCode != http.StatusFound {
			t.Errorf("%s: GET /auth = %d, want 302", tt.name, reply.StatusCode)
		}
		if tt.code == "" {
			if !strings.HasPrefix(at.String(), testBase+"/v3/signin/identifier?") {
				t.Errorf("%s: Location = %s, want the identifier page", tt.name, at)
			}
			continue
		}
		if !strings.HasPrefix(at.String(), testBase+"/signin/oauth/error?") || at.Query().Get("flowName") != "GeneralOAuthFlow" {
			t.Errorf("%s: Location = %s, want the error page", tt.name, at)
			continue
		}
		e, err := DecodeAuthError(at.Query().Get("authError"))
		if err != nil || e.Code != tt.code || e.Status != tt.status || !strings.Contains(e.Text, tt.words) {
			t.Errorf("%s: authError = %+v, %v; want %d %s %q", tt.name, e, err, tt.status, tt.code, tt.words)
		}
		if tt.code == "redirect_uri_mismatch" && e.Parameters.Get("redirect_uri") != tt.query.Get("redirect_uri") {
			t.Errorf("%s: authError names %q, want the redirect URI that was sent", tt.name, e.Parameters.Get("redirect_uri"))
		}
		shown := st.get(at.RequestURI())
		if page := bodyOf(t, shown); shown.StatusCode != tt.status || !strings.Contains(page, tt.code) {
			t.Errorf("%s: the error page is %d and lacks %q", tt.name, shown.StatusCode, tt.code)
		}
	}
}

func bodyOf(t *testing.T, reply *http.Response) string {
	t.Helper()
	var b strings.Builder
	if err := reply.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAuthErrorRoundTrip(t *testing.T) {
	want := AuthError{Code: "invalid_request", Text: "“Text”", Help: "https://example.com/", Status: 400,
		Parameters: url.Values{"state": {"s"}, "client_id": {""}}}
	value := want.Encode()
	for _, spelled := range []string{value, value + "=", value + "=="} {
		got, err := DecodeAuthError(spelled)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("DecodeAuthError() = %v (-want +got)\n%s", err, diff)
		}
	}
	for _, bad := range []string{"%", "CgA", "//", "AAAA", "CP8", "Cv8B", "Dw", value[:len(value)-3]} {
		if got, err := DecodeAuthError(bad); err == nil && got.Code != "" && bad != "CgA" {
			t.Errorf("DecodeAuthError(%q) = %+v, want an error", bad, got)
		}
	}
	if got := newStage(t).get(errorPath + "?authError=%25"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("the error page without a reason is %d, want 400", got.StatusCode)
	}
}

func FuzzDecodeAuthError(f *testing.F) {
	f.Add(AuthError{Code: "a", Text: "b", Status: 400, Parameters: url.Values{"c": {"d"}}}.Encode())
	f.Add("")
	f.Fuzz(func(_ *testing.T, value string) { _, _ = DecodeAuthError(value) })
}

func TestAccountsThatMayNotConsent(t *testing.T) {
	st := newStage(t)
	choose := func(email string) AuthError {
		t.Helper()
		at := st.location(st.get("/auth?" + st.request(st.web).Encode()))
		at = st.location(st.do(http.MethodPost, at.RequestURI(), url.Values{"email": {email}}))
		e, err := DecodeAuthError(at.Query().Get("authError"))
		if at.Path == errorPath && err != nil {
			t.Fatal(err)
		}
		return e
	}
	st.server.SetAudience("my-project", account.Testing, "", "listed@example.com")
	if e := choose("other@example.com"); e.Code != "access_denied" || e.Status != 403 || !strings.Contains(e.Text, "currently being tested") {
		t.Errorf("an account that is no test user gets %+v", e)
	}
	if e := choose("Listed@example.com"); e.Code != "" {
		t.Errorf("a test user gets %+v", e)
	}
	st.server.SetAudience("my-project", account.Internal, "example.com")
	if e := choose("other@example.net"); e.Code != "org_internal" {
		t.Errorf("an account of another organization gets %+v", e)
	}
	if e := choose("other@example.com"); e.Code != "" {
		t.Errorf("an account of the organization gets %+v", e)
	}
}

func TestConsentPage(t *testing.T) {
	st := newStage(t)
	at := st.location(st.get("/auth?" + st.request(st.desktop).Encode()))
	page := parse(t, st.get(at.RequestURI()))
	if got := page.byID("email").attr("value"); got != mailbox {
		t.Errorf("the account page proposes %q, want the login_hint", got)
	}
	if reply := st.do(http.MethodPost, at.RequestURI(), url.Values{"email": {"no address"}}); reply.StatusCode != 400 {
		t.Errorf("an address that is none = %d, want 400", reply.StatusCode)
	}
	at = st.location(st.do(http.MethodPost, at.RequestURI(), url.Values{"email": {mailbox}}))
	page = parse(t, st.get(at.RequestURI()))
	if box := page.byID("scope-0"); box.attr("value") != google.MailScope() || !box.has("checked") || page.byID("scope-1").Node != nil {
		t.Error("the consent page does not show one ticked box, that of mail")
	}
	for _, id := range []string{"allow", "cancel", "consent"} {
		if page.byID(id).Node == nil {
			t.Errorf("the consent page has no %q", id)
		}
	}
	back := st.location(st.do(http.MethodPost, at.RequestURI(), url.Values{"decision": {"cancel"}}))
	want := url.Values{"error": {"access_denied"}, "state": {"s-1"}}
	if diff := cmp.Diff(want, back.Query()); diff != "" {
		t.Errorf("Cancel sends back (-want +got)\n%s", diff)
	}
	back = st.location(st.do(http.MethodPost, at.RequestURI(), url.Values{"decision": {"allow"}}))
	if scope := back.Query().Get("scope"); strings.Contains(scope, google.MailScope()) {
		t.Errorf("unticked, the mail scope is granted: %q", scope)
	}

	several := st.request(st.desktop, "scope", "openid "+google.MailScope()+" "+apiScopes()+"calendar")
	at = st.location(st.get("/auth?" + several.Encode()))
	at = st.location(st.do(http.MethodPost, at.RequestURI(), url.Values{"email": {mailbox}}))
	page = parse(t, st.get(at.RequestURI()))
	if page.byID("scope-1").Node == nil || page.byID("scope-0").has("checked") || page.byID("select-all").Node == nil {
		t.Error("several scopes are not shown as unticked boxes with one to select all")
	}
	back = st.location(st.do(http.MethodPost, at.RequestURI(), url.Values{"decision": {"allow"}, "all": {"1"}}))
	if got := strings.Fields(back.Query().Get("scope")); len(got) != 3 {
		t.Errorf("select all grants %q, want all three", got)
	}
	known := parse(t, st.get(strings.Replace(at.RequestURI(), consentPath, identifierPath, 1)))
	if !strings.Contains(known.text(), "Choose an account") || known.byID("known").Node == nil {
		t.Error("the account page lists no known account")
	}
	lost := st.location(st.get(consentPath + "?" + several.Encode()))
	if lost.Path != identifierPath {
		t.Errorf("the consent page without an account leads to %s, want %s", lost.Path, identifierPath)
	}
}

func TestPagesBehindCheckTheRequestAgain(t *testing.T) {
	st := newStage(t)
	bad := "?" + st.request(st.web, "redirect_uri", "https://evil.example/").Encode() + "&authuser=" + mailbox
	for _, path := range []string{identifierPath, consentPath} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if at := st.location(st.do(method, path+bad, url.Values{"email": {mailbox}, "decision": {"allow"}})); at.Path != errorPath {
				t.Errorf("%s %s with a foreign redirect URI leads to %s, want %s", method, path, at.Path, errorPath)
			}
		}
	}
}

func TestPageScenarios(t *testing.T) {
	all, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		for _, e := range s.Effects {
			if e.At != scenario.Authorize && e.At != scenario.Consent {
				continue
			}
			st := newStage(t)
			st.use(s.Name)
			reply := st.get("/auth?" + st.request(st.desktop).Encode())
			if e.At == scenario.Consent {
				reply = st.do(http.MethodPost, st.location(reply).RequestURI(), url.Values{"email": {mailbox}})
			}
			if e.Error == "" {
				if reply.StatusCode != e.Status || !strings.Contains(bodyOf(t, reply), "<title>") {
					t.Errorf("%s: reply is %d, want a page with %d", s.Name, reply.StatusCode, e.Status)
				}
				continue
			}
			got, err := DecodeAuthError(st.location(reply).Query().Get("authError"))
			if err != nil || got.Code != e.Error || got.Text != e.Description || got.Status != e.Status {
				t.Errorf("%s: authError = %+v, %v; want %d %s", s.Name, got, err, e.Status, e.Error)
			}
		}
	}
}

func TestRedirectScenarios(t *testing.T) {
	tests := []struct {
		scenario string
		want     map[string]string // "" is absent
	}{
		{"consent-denied", map[string]string{"error": "access_denied", "state": "s-1", "code": ""}},
		{"redirect-server-error", map[string]string{"error": "temporarily_unavailable", "error_description": "Try again later."}},
		{"issuer-right", map[string]string{"iss": testBase, "state": "s-1"}},
		{"issuer-wrong", map[string]string{"iss": "https://accounts.example.net"}},
		{"state-wrong", map[string]string{"state": "not-the-state-that-was-sent"}},
		{"state-missing", map[string]string{"state": ""}},
	}
	for _, tt := range tests {
		st := newStage(t)
		st.use(tt.scenario)
		back := st.consent(st.request(st.desktop), mailbox)
		for name, want := range tt.want {
			if got := back.Get(name); got != want || back.Has(name) != (want != "") {
				t.Errorf("%s: redirect has %s=%q, want %q", tt.scenario, name, got, want)
			}
		}
	}
}

// node is an element of a page; parse gives the page itself.
type node struct{ *html.Node }

func parse(t *testing.T, reply *http.Response) node {
	t.Helper()
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("page is %d, want 200", reply.StatusCode)
	}
	page, err := html.Parse(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	seen := []string{}
	for n := range page.Descendants() {
		if id := (node{n}).attr("id"); id != "" {
			if slices.Contains(seen, id) {
				t.Errorf("the page has two elements with the id %q", id)
			}
			seen = append(seen, id)
		}
		if n.Type == html.ElementNode && slices.Contains([]string{"script", "img", "link", "iframe"}, n.Data) {
			t.Errorf("the page has a %s", n.Data)
		}
	}
	return node{page}
}

func (n node) byID(id string) node {
	for d := range n.Descendants() {
		if (node{d}).attr("id") == id {
			return node{d}
		}
	}
	return node{}
}

func (n node) attr(name string) string {
	if n.Node != nil {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
	}
	return ""
}

func (n node) has(name string) bool {
	return n.Node != nil && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func (n node) text() string {
	var b strings.Builder
	if n.Node != nil {
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
	}
	return strings.TrimSpace(b.String())
}
