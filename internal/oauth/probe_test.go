package oauth

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

func textField(number int, text string) []byte {
	b := binary.AppendUvarint(nil, uint64(number)<<3|2)
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

// capture is a message with all fields that were seen, and some that were not.
var capture = func() []byte {
	b := textField(1, "redirect_uri_mismatch")
	b = append(b, textField(2, "You can't sign in to this app")...)
	b = append(b, textField(3, "https://help.example/1")...)
	b = append(b, 4<<3, 0x90, 0x03) // 400
	b = append(b, textField(5, string(textField(1, "redirect_uri"))+string(textField(2, "http://127.0.0.1:8765/")))...)
	b = append(b, textField(5, string(textField(1, "state"))+string(textField(2, "sentinel-state")))...)
	b = append(b, textField(5, string(textField(1, "client_id"))+string(textField(2, "815407401234-abc")))...)
	b = append(b, textField(6, "You can't sign in to this app, again")...)
	b = append(b, 9<<3|5, 1, 2, 3, 4)
	return append(b, 10<<3|1, 1, 2, 3, 4, 5, 6, 7, 8)
}()

func errorPage(message []byte) string {
	return "https://accounts.example/signin/oauth/error?flowName=GeneralOAuthFlow&authError=" + base64.RawURLEncoding.EncodeToString(message)
}

func TestDecodeAuthError(t *testing.T) {
	want := AuthError{Code: "redirect_uri_mismatch", Message: "You can't sign in to this app", Help: "https://help.example/1", Status: 400,
		RedirectURI: "http://127.0.0.1:8765/", ClientID: "815407401234-abc"}
	std := base64.StdEncoding.EncodeToString(capture)
	for name, address := range map[string]string{
		"as in the address bar": errorPage(capture),
		"padded":                "https://a.example/e?authError=" + base64.URLEncoding.EncodeToString(capture),
		"the other alphabet":    "https://a.example/e?authError=" + url.QueryEscape(std),
		"plus read as a blank":  "https://a.example/e?authError=" + std,
		"blanks around":         "  " + errorPage(capture) + "\n",
	} {
		if got, ok := DecodeAuthError(address); !ok || !cmp.Equal(got, want) {
			t.Errorf("%s: DecodeAuthError = %+v, %v, want %+v", name, got, ok, want)
		}
	}
	for name, message := range map[string][]byte{
		"empty": {}, "text": []byte("hello, world"), "no code": textField(2, "x"), "cut": capture[:len(capture)-3], "length beyond the end": {1<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"group": {1<<3 | 3}, "field 0": {0, 0}, "endless number": []byte(strings.Repeat("\xff", 20)), "number cut": {4 << 3, 0x80}, "parameter cut": textField(5, "\x0a\x7f"),
	} {
		if got, ok := DecodeAuthError(errorPage(message)); ok {
			t.Errorf("%s: DecodeAuthError = %+v, want nothing", name, got)
		}
	}
	for _, address := range []string{"", "%zz", "https://a.example/?authError=***", "https://a.example/?authError=" + strings.Repeat("A", maxAddress)} {
		if got, ok := DecodeAuthError(address); ok {
			t.Errorf("DecodeAuthError(%.40q) = %+v, want nothing", address, got)
		}
	}
	if got, ok := DecodeAuthError(errorPage(append(textField(1, "x"), textField(6, "only here")...))); !ok || got.Message != "only here" {
		t.Errorf("DecodeAuthError = %+v, want the message of field 6", got)
	}
}

func FuzzDecodeAuthError(f *testing.F) {
	f.Add(capture)
	f.Add([]byte{0x0a, 0x80})
	f.Fuzz(func(t *testing.T, message []byte) {
		got, ok := DecodeAuthError(errorPage(message))
		if ok && (got.Code == "" || strings.ContainsAny(got.Code+got.Message+got.Help+got.RedirectURI, "\n\x1b\x00")) {
			t.Errorf("DecodeAuthError(%q) = %+v, want a code and one line each", message, got)
		}
	})
}

// The words of a page are an answer; what is only a code or an address, however
// a terminal has broken it, is not taken for words.
func TestReadPastedWords(t *testing.T) {
	at, _ := parseLoopback("http://127.0.0.1:8765/")
	for line, want := range map[string]string{
		"This app is blocked":                        "This app is blocked",
		" 500.  That’s an error. ":                   "500. That’s an error.",
		"4/0AbCdEf 0123456789 abcdef ghi":            "",
		"Access blocked":                             "",
		"http://127.0.0.1:8765/?sta te=s&co de=c de": "",
	} {
		got, err := expected{at: at}.readPasted(line)
		said := ""
		if err == nil && got.symptom != nil {
			said = got.symptom.Text
		}
		if said != want || got.code != "" {
			t.Errorf("readPasted(%q) = %q, %v, want %q", line, said, err, want)
		}
	}
}

func FuzzReadPasted(f *testing.F) {
	at, _ := parseLoopback("http://127.0.0.1:8765/")
	f.Add("http://127.0.0.1:8765/?state=s&code=c")
	f.Add("127.0.0.1:8765?state=s")
	f.Add(errorPage(capture))
	f.Fuzz(func(t *testing.T, line string) {
		got, err := expected{at: at}.readPasted(line)
		if err == nil && got.code != "" {
			t.Errorf("readPasted(%q) gives a code though no state is expected", line)
		}
	})
}

func TestCheckClient(t *testing.T) {
	refuse := func(status int, code, text string) http.HandlerFunc {
		return saysJSON(status, map[string]string{"error": code, "error_description": text})
	}
	to := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}
	}
	const uri = "http://127.0.0.1:8765/"
	good := refuse(400, "invalid_grant", "Malformed auth code.")
	known := to("https://accounts.example/v3/signin/identifier?x=1")
	for name, c := range map[string]struct {
		token, auth  http.HandlerFunc
		pair         finding.Status
		pairCode     string
		redirect     finding.Status
		redirectCode string
	}{
		"all is well":                    {good, known, finding.Pass, "", finding.Pass, ""},
		"unknown ID":                     {refuse(401, "invalid_client", "The OAuth client was not found."), to(errorPage(textField(1, "invalid_client"))), finding.Fail, "invalid_client", finding.Fail, "invalid_client"},
		"wrong secret":                   {refuse(401, "invalid_client", "The provided client secret is invalid."), known, finding.Fail, "invalid_client", finding.Pass, ""},
		"URI not registered":             {refuse(400, "redirect_uri_mismatch", "Bad Request"), to(errorPage(capture)), finding.Pass, "", finding.Fail, "redirect_uri_mismatch"},
		"URI not registered, look blind": {refuse(400, "redirect_uri_mismatch", "Bad Request"), says(200, "text/html", "<p>new"), finding.Pass, "", finding.Fail, "redirect_uri_mismatch"},
		"page of a shape not known":      {good, says(200, "text/html", "<p>new"), finding.Pass, "", finding.Skip, ""},
		"sent to a place not known":      {good, to("/v9/welcome"), finding.Pass, "", finding.Skip, ""},
		"error page that says nothing":   {good, to("https://accounts.example/signin/oauth/error?authError=xx"), finding.Pass, "", finding.Skip, ""},
		"redirect without a place":       {good, says(302, "", ""), finding.Pass, "", finding.Skip, ""},
		"place that is no address":       {good, to("http://[::1"), finding.Pass, "", finding.Skip, ""},
		"look is told to wait":           {good, says(429, "", ""), finding.Pass, "", finding.Skip, ""},
		"look is cut":                    {good, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, finding.Pass, "", finding.Warn, "connection-cut"},
		"plain OAuth: back with error":   {good, to(uri + "?error=login_required"), finding.Pass, "", finding.Pass, ""},
		"elsewhere with error":           {good, to("http://127.0.0.1:1/?error=login_required"), finding.Pass, "", finding.Skip, ""},
		"token endpoint is down":         {says(503, "text/html", "<p>down"), known, finding.Fail, "not-json", finding.Pass, ""},
		"invented code is granted":       {saysJSON(200, grant()), known, finding.Skip, "", finding.Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/token": c.token, "/auth": c.auth})
			client := theClient
			client.Type = account.Web
			found := fake.server(t).CheckClient(t.Context(), client, []string{uri})
			if len(found) != 2 || found[0].ID != "client.pair" || found[1].ID != "client.redirect" || found[1].Endpoint != uri {
				t.Fatalf("CheckClient = %+v, want client.pair and client.redirect of %s", found, uri)
			}
			for i, want := range []struct {
				status finding.Status
				code   string
			}{{c.pair, c.pairCode}, {c.redirect, c.redirectCode}} {
				code := ""
				if found[i].Symptom != nil {
					code = found[i].Symptom.Code
					noSentinel(t, found[i].Symptom)
				}
				if found[i].Status != want.status || code != want.code {
					t.Errorf("%s = %s %q, want %s %q", found[i].ID, found[i].Status, code, want.status, want.code)
				}
				if found[i].Status == finding.Skip && found[i].Reason == "" {
					t.Errorf("%s is skipped without a reason", found[i].ID)
				}
				if strings.Contains(found[i].Evidence, "sentinel") {
					t.Errorf("%s: evidence %q holds a secret", found[i].ID, found[i].Evidence)
				}
			}
			if n := len(fake.asked()); n != 2 && (name != "look is cut" || n < 2) { // net/http asks again for what was cut
				t.Errorf("CheckClient asked %d times, want once for each", n)
			}
		})
	}
	t.Run("many URIs, in order", func(t *testing.T) {
		fake := newFake(t, map[string]http.HandlerFunc{"/token": good, "/auth": func(w http.ResponseWriter, r *http.Request) {
			if r.Form.Get("redirect_uri") == "https://b.example/" {
				to(errorPage(capture))(w, r)
				return
			}
			if !strings.HasPrefix(r.UserAgent(), "Mozilla/") || r.Form.Get("response_type") != "code" || r.Form.Get("client_secret") != "" {
				t.Errorf("look sent %v as %q, want a browser's first request", r.Form, r.UserAgent())
			}
			known(w, r)
		}})
		found := fake.server(t).CheckClient(t.Context(), theClient, []string{"https://a.example/", "https://b.example/", "https://c.example/"})
		var statuses []finding.Status
		for _, f := range found {
			statuses = append(statuses, f.Status)
		}
		if diff := cmp.Diff([]finding.Status{finding.Pass, finding.Pass, finding.Fail, finding.Pass}, statuses); diff != "" {
			t.Errorf("CheckClient (-want +got):\n%s", diff)
		}
		if s := found[2].Symptom; s.Where != diagnosis.AtAuthorize || s.Status != 400 || s.Text != "You can't sign in to this app" || strings.Contains(found[2].Evidence, "sentinel") {
			t.Errorf("CheckClient: symptom %+v, want Google's words without the state", s)
		}
	})
}

func TestProbeURI(t *testing.T) {
	web := account.Client{Type: account.Web, RedirectURIs: []string{"https://registered.example/"}}
	for _, c := range []struct {
		client account.Client
		given  []string
		want   string
	}{
		{web, []string{"https://given.example/"}, "https://given.example/"}, {web, nil, "https://registered.example/"},
		{account.Client{Type: account.Desktop}, []string{"https://given.example/"}, "http://127.0.0.1:8765/"}, {account.Client{}, nil, "http://127.0.0.1:8765/"},
	} {
		if got := probeURI(c.client, c.given); got != c.want {
			t.Errorf("probeURI(%+v, %v) = %q, want %q", c.client, c.given, got, c.want)
		}
	}
}
