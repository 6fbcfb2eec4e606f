package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/words"
)

// visit is a browser that goes where it is told, once.
func visit(t *testing.T, method, address, host string) (status int, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		t.Errorf("%s %s: %v", method, address, err)
		return 0, nil, ""
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(text)
}

// back is the address of the answer to a consent; pairs replace or add.
func back(authorizationURL string, pairs ...string) string {
	u, _ := url.Parse(authorizationURL)
	q := u.Query()
	answer := url.Values{"state": {q.Get("state")}, "code": {theCode}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if answer.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			answer.Del(pairs[i])
		}
	}
	return q.Get("redirect_uri") + "?" + answer.Encode()
}

func english(t *testing.T) *words.Words {
	t.Helper()
	w, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func request(t *testing.T) Request {
	return Request{Client: theClient, Account: "office@example.com", Words: english(t), Deadline: 10 * time.Second}
}

func TestAConsentFromTheAddressToTheToken(t *testing.T) {
	fake := newFake(t, map[string]http.HandlerFunc{
		"/token": saysJSON(200, grant()),
		"/me":    saysJSON(200, map[string]string{"email": "Office@Example.com"}),
	})
	s, r := fake.server(t), request(t)
	var shown, redirectURI, page string
	r.Show = func(address, uri string) { shown, redirectURI = address, uri }
	r.Browser = func(_ context.Context, address string) error {
		_, _, page = visit(t, http.MethodGet, back(address, "iss", fake.URL, "scope", "x", "authuser", "0", "hd", "example.com", "prompt", "consent"), "")
		return nil
	}
	token, identity, err := s.Authorize(t.Context(), r)
	if err != nil {
		t.Fatalf("Authorize = %v, want no error", err)
	}
	if token.Refresh.Reveal() != theRefresh || token.Access.Reveal() != theAccess || identity.Email != "Office@Example.com" {
		t.Errorf("Authorize: not the token or identity of the reply")
	}
	u, _ := url.Parse(shown)
	q := u.Query()
	want := map[string]string{
		"response_type": "code", "client_id": theClient.ID, "redirect_uri": redirectURI, "scope": "openid email " + google.MailScope(),
		"access_type": "offline", "prompt": "consent", "login_hint": "office@example.com", "code_challenge_method": "S256",
	}
	for key, value := range want {
		if q.Get(key) != value {
			t.Errorf("authorization URL has %s=%q, want %q", key, q.Get(key), value)
		}
	}
	if q.Has("include_granted_scopes") || len(q.Get("state")) < 40 || q.Get("client_secret") != "" {
		t.Errorf("authorization URL %s: want a long state, no include_granted_scopes and no secret", shown)
	}
	if !strings.HasPrefix(redirectURI, "http://127.0.0.1:") || !strings.HasSuffix(redirectURI, "/") || strings.Contains(redirectURI, ":0/") {
		t.Errorf("redirect URI %q, want loopback with its port and path /", redirectURI)
	}
	form := fake.asked()[0]
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") {
		t.Errorf("the verifier does not fit the challenge")
	}
	if form.Get("code") != theCode || form.Get("redirect_uri") != redirectURI || form.Get("client_secret") != theSecret {
		t.Errorf("exchange sent %v, want code, redirect URI and secret", form)
	}
	if !strings.Contains(page, "go back to the terminal") {
		t.Errorf("the page says %q, want the way back to the terminal", page)
	}
	if _, err := net.DialTimeout("tcp", u.Query().Get("redirect_uri")[len("http://"):len(redirectURI)-1], time.Second); err == nil {
		t.Errorf("the listener is still there after the answer")
	}
}

func TestWhatGoogleGrantsIsHeldAgainstWhatWasAsked(t *testing.T) {
	refused := saysJSON(400, map[string]string{"error": "invalid_grant", "error_description": "Bad Request"})
	for name, c := range map[string]struct {
		token, me   http.HandlerFunc
		pairs       []string
		where, code string
		got         string
		granted     bool
	}{
		"no refresh token":       {saysJSON(200, grant("refresh_token", nil)), nil, nil, diagnosis.AtToken, "no-refresh-token", "office@example.com", true},
		"mail unticked":          {saysJSON(200, grant("scope", "openid email")), nil, nil, diagnosis.AtAuthorize, "mail-scope-not-granted", "office@example.com", true},
		"another, by userinfo":   {saysJSON(200, grant()), saysJSON(200, map[string]string{"email": "boss@example.com"}), nil, diagnosis.AtIdentity, "other-account", "boss@example.com", true},
		"another, by ID token":   {saysJSON(200, grant("id_token", idToken(map[string]any{"email": "me@example.com", "aud": []string{"a", "b"}}))), nil, nil, diagnosis.AtIdentity, "other-account", "me@example.com", true},
		"code refused":           {refused, nil, nil, diagnosis.AtToken, "invalid_grant", "", false},
		"cancelled":              {nil, nil, []string{"code", "", "error", "access_denied", "error_description", "The user\ndenied"}, diagnosis.AtAuthorize, "access_denied", "", false},
		"another issuer":         {nil, nil, []string{"iss", "https://evil.example"}, diagnosis.AtCallback, "wrong-issuer", "https://evil.example", false},
		"neither code nor error": {nil, nil, []string{"code", ""}, diagnosis.AtCallback, "no-code", "", false},
		"unknown identity":       {saysJSON(200, grant("id_token", "a.b")), nil, nil, "", "", "", true},
		"scope not said":         {saysJSON(200, grant("scope", nil)), nil, nil, "", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/token": c.token, "/me": c.me})
			r := request(t)
			r.Explain = func(s *diagnosis.Symptom) (string, string, string) {
				return "headline <" + s.Code + ">", "cause of " + s.Facts["account"], "fix"
			}
			var page string
			r.Browser = func(_ context.Context, address string) error {
				_, _, page = visit(t, http.MethodGet, back(address, c.pairs...), "")
				return nil
			}
			token, _, err := fake.server(t).Authorize(t.Context(), r)
			noSentinel(t, err)
			symptom, _ := errors.AsType[*diagnosis.Symptom](err)
			if c.code == "" {
				if err != nil {
					t.Errorf("Authorize = %v, want no error", err)
				}
				return
			}
			if symptom == nil || symptom.Where != c.where || symptom.Code != c.code || symptom.Facts["got"] != c.got {
				t.Fatalf("Authorize = %v, want %s %s (got=%q)", err, c.where, c.code, c.got)
			}
			if symptom.Facts["account"] != "office@example.com" || symptom.Facts["project"] != "815407401234" {
				t.Errorf("Authorize: facts %v, want account and project", symptom.Facts)
			}
			if got := !token.Access.IsZero(); got != c.granted {
				t.Errorf("Authorize gives the token: %v, want %v", got, c.granted)
			}
			if c.pairs != nil && (!strings.Contains(page, "Headline &lt;"+c.code+"&gt;") || !strings.Contains(page, "cause of office@example.com")) {
				t.Errorf("the page says %q, want what the terminal says", page)
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	s := newFake(t, nil).server(t)
	r := request(t)
	r.Deadline = 20 * time.Millisecond
	r.Browser = func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	r.Paste = func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }
	_, _, err := s.Authorize(t.Context(), r)
	if got, ok := errors.AsType[*diagnosis.Symptom](err); !ok || got.Code != "no-answer" || got.Facts["redirect_uri"] == "" {
		t.Errorf("Authorize = %v, want no-answer with the redirect URI", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.Deadline, r.Show = 0, func(string, string) { cancel() }
	if _, _, err = s.Authorize(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("Authorize with ctx cancelled = %v, want context.Canceled", err)
	}
}

func TestAPortInUseIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for _, uri := range []string{"http://127.0.0.1:" + port + "/x", "http://localhost:" + port + "/x"} {
		r := request(t)
		r.RedirectURI = uri
		_, _, err = newFake(t, nil).server(t).Authorize(t.Context(), r)
		got, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || got.Code != "port-in-use" || got.Facts["port"] != port || got.Facts["redirect_uri"] != uri {
			t.Errorf("Authorize = %v, want port-in-use with port %s and %s", err, port, uri)
		}
	}
	r := request(t)
	r.RedirectURI = "https://app.example.com/callback"
	_, _, err = newFake(t, nil).server(t).Authorize(t.Context(), r)
	if err == nil || !strings.Contains(err.Error(), "not loopback") {
		t.Errorf("Authorize = %v, want an error: the redirect URI is not loopback", err)
	}
}

func TestThePastedAddressRacesTheBrowser(t *testing.T) {
	fake := newFake(t, map[string]http.HandlerFunc{"/token": saysJSON(200, grant())})
	for name, c := range map[string]struct {
		paste   func(address string) string
		refused string // code told before the right address is pasted
		outcome string // code of the error in the end
	}{
		"right":               {func(a string) string { return back(a) }, "", ""},
		"in quotes, broken":   {func(a string) string { b := back(a); return ` "` + b[:40] + "\n" + b[40:] + `" ` }, "", ""},
		"without its scheme":  {func(a string) string { return strings.TrimPrefix(back(a), "http://") }, "", ""},
		"error":               {func(a string) string { return back(a, "code", "", "error", "access_denied") }, "", "access_denied"},
		"Google's error page": {func(string) string { return errorPage(capture) }, "", "redirect_uri_mismatch"},
		"nothing":             {func(string) string { return "  " }, "", ""},
		"bare code":           {func(string) string { return theCode }, "pasted-bare-code", ""},
		"wrong state":         {func(a string) string { return back(a, "state", "other") }, "pasted-wrong-state", ""},
		"no state":            {func(a string) string { return back(a, "state", "") }, "pasted-wrong-state", ""},
		"the consent's own":   {func(a string) string { return a }, "pasted-not-the-redirect", ""},
		"another port":        {func(a string) string { return strings.Replace(back(a), "127.0.0.1:", "127.0.0.1:1", 1) }, "pasted-not-the-redirect", ""},
		"https":               {func(a string) string { return strings.Replace(back(a), "http://", "https://", 1) }, "pasted-not-the-redirect", ""},
		"no answer in it":     {func(a string) string { u, _ := url.Parse(a); return u.Query().Get("redirect_uri") }, "pasted-without-answer", ""},
		"far too long":        {func(a string) string { return back(a, "x", strings.Repeat("x", maxAddress)) }, "pasted-not-the-redirect", ""},
		"no address":          {func(string) string { return "http://[::1" }, "pasted-not-the-redirect", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t)
			var address string
			r.Show = func(a, _ string) { address = a }
			n := 0
			r.Paste = func(context.Context) (string, error) {
				if n++; n == 1 {
					return c.paste(address), nil
				}
				return back(address), nil
			}
			var told string
			r.Refused = func(s *diagnosis.Symptom) { told = s.Code; noSentinel(t, s) }
			_, _, err := fake.server(t).Authorize(t.Context(), r)
			outcome := ""
			if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok {
				outcome = symptom.Code
			}
			if told != c.refused || outcome != c.outcome {
				t.Errorf("Authorize told %q and gave %v, want told %q and code %q", told, err, c.refused, c.outcome)
			}
		})
	}
	t.Run("the browser is first, and input has ended", func(t *testing.T) {
		r := request(t)
		r.Paste = func(context.Context) (string, error) { return "", io.EOF }
		r.Browser = func(_ context.Context, address string) error { visit(t, http.MethodGet, back(address), ""); return nil }
		if _, _, err := fake.server(t).Authorize(t.Context(), r); err != nil {
			t.Errorf("Authorize = %v, want no error", err)
		}
	})
}

func TestRedirectFor(t *testing.T) {
	web := func(uris ...string) account.Client { return account.Client{Type: account.Web, RedirectURIs: uris} }
	for name, c := range map[string]struct {
		client     account.Client
		port       int
		uri        string
		registered bool
	}{
		"desktop":                           {account.Client{Type: account.Desktop, RedirectURIs: []string{"http://localhost"}}, 0, "http://127.0.0.1:0/", true},
		"desktop on a port":                 {account.Client{Type: account.Desktop}, 9000, "http://127.0.0.1:9000/", true},
		"web, registered":                   {web("https://app.example/cb", "http://localhost:8080/cb?x=1"), 0, "http://localhost:8080/cb?x=1", true},
		"web, no slash added":               {web("http://127.0.0.1:8080"), 0, "http://127.0.0.1:8080", true},
		"web, IPv6":                         {web("http://[::1]:8080/"), 0, "http://[::1]:8080/", true},
		"web, the wanted port":              {web("http://localhost:8080/", "http://127.0.0.1:9000/x"), 9000, "http://127.0.0.1:9000/x", true},
		"web, the wanted port is not there": {web("http://localhost:8080/"), 9000, "http://127.0.0.1:9000/", false},
		"web, a high port before 80":        {web("http://localhost/", "http://localhost:8080/"), 0, "http://localhost:8080/", true},
		"web, only port 80":                 {web("http://localhost/"), 0, "http://localhost/", true},
		"web, none":                         {web("https://app.example/cb"), 0, "http://127.0.0.1:8765/", false},
		"web, none that can be used":        {web("http://u@localhost:1/", "http://localhost:2/#f", "https://localhost:3/", "http://localhost:99999/", "http://10.0.0.1/", "%zz"), 0, "http://127.0.0.1:8765/", false},
		"unknown type":                      {account.Client{}, 0, "http://127.0.0.1:8765/", false},
	} {
		uri, registered, err := RedirectFor(c.client, c.port)
		if uri != c.uri || registered != c.registered || err != nil {
			t.Errorf("%s: RedirectFor = %q, %v, %v, want %q, %v", name, uri, registered, err, c.uri, c.registered)
		}
	}
	for _, port := range []int{-1, 65536} {
		_, _, err := RedirectFor(web(), port)
		if got, ok := errors.AsType[*diagnosis.Symptom](err); !ok || got.Code != "bad-port" {
			t.Errorf("RedirectFor(port %d) = %v, want bad-port", port, err)
		}
	}
}

func TestAWebClientsURIIsUsedByteForByte(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	for _, uri := range []string{"http://localhost:" + port + "/back/here", "http://127.0.0.1:" + port} {
		fake := newFake(t, map[string]http.HandlerFunc{"/token": saysJSON(200, grant())})
		r := request(t)
		r.Client = account.Client{ID: theClient.ID, Secret: theClient.Secret, Type: account.Web, RedirectURIs: []string{uri}}
		r.Browser = func(_ context.Context, address string) error { visit(t, http.MethodGet, back(address), ""); return nil }
		if _, _, err := fake.server(t).Authorize(t.Context(), r); err != nil {
			t.Errorf("Authorize with %s = %v, want no error", uri, err)
		}
		if got := fake.asked()[0].Get("redirect_uri"); got != uri {
			t.Errorf("exchange sent redirect_uri %q, want %q", got, uri)
		}
	}
}

func TestAdopt(t *testing.T) {
	me := saysJSON(200, map[string]string{"email": "office@example.com"})
	for name, c := range map[string]struct {
		token, me http.HandlerFunc
		code      string
		refresh   string
	}{
		"the old one stays":  {saysJSON(200, grant("refresh_token", nil)), me, "", theRefresh},
		"a new one was sent": {saysJSON(200, grant("refresh_token", "1//0new-one")), me, "", "1//0new-one"},
		"another mailbox's":  {saysJSON(200, grant("refresh_token", nil)), saysJSON(200, map[string]string{"email": "boss@example.com"}), "other-account", theRefresh},
		"no mail scope":      {saysJSON(200, grant("scope", "openid")), me, "mail-scope-not-granted", theRefresh},
		"dead":               {saysJSON(400, map[string]string{"error": "invalid_grant"}), me, "invalid_grant", ""},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/token": c.token, "/me": c.me})
			token, _, err := fake.server(t).Adopt(t.Context(), theClient, "office@example.com", secret.New(theRefresh))
			symptom, _ := errors.AsType[*diagnosis.Symptom](err)
			if (err == nil) != (c.code == "") || err != nil && (symptom.Code != c.code || symptom.Facts["account"] != "office@example.com") {
				t.Fatalf("Adopt = %v, want code %q about the account", err, c.code)
			}
			if got := token.Refresh.Reveal(); got != c.refresh {
				t.Errorf("Adopt gives another refresh token than the one to be kept")
			}
		})
	}
	_, err := newFake(t, nil).server(t).Refresh(t.Context(), theClient, secret.Text{})
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != "no-refresh-token-kept" {
		t.Errorf("Refresh with nothing = %v, want no-refresh-token-kept", err)
	}
}
