package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
)

// consentInProgress starts a consent and gives its authorization URL and, at
// the end, its error.
func consentInProgress(t *testing.T) (address string, fake *fakeGoogle, result <-chan error) {
	t.Helper()
	fake = newFake(t, map[string]http.HandlerFunc{"/token": saysJSON(200, grant())})
	shown, done := make(chan string, 1), make(chan error, 1)
	r := request(t)
	r.Show = func(address, _ string) { shown <- address }
	s := fake.server(t)
	go func() {
		_, _, err := s.Authorize(t.Context(), r)
		done <- err
	}()
	return <-shown, fake, done
}

func TestStraysChangeNothing(t *testing.T) {
	address, fake, done := consentInProgress(t)
	u, _ := url.Parse(address)
	redirect := u.Query().Get("redirect_uri")
	at, _ := url.Parse(redirect)
	right := back(address)
	for name, c := range map[string]struct {
		method, address, host string
		status                int
	}{
		"another path":               {http.MethodGet, strings.Replace(right, at.Host+"/", at.Host+"/other", 1), "", 404},
		"a path that cleans to ours": {http.MethodGet, strings.Replace(right, at.Host+"/", at.Host+"/./", 1), "", 404},
		"favicon":                    {http.MethodGet, redirect + "favicon.ico", "", 404},
		"POST":                       {http.MethodPost, right, "", 405},
		"HEAD":                       {http.MethodHead, right, "", 405},
		"a foreign Host":             {http.MethodGet, right, "evil.example:" + at.Port(), 404},
		"our name, not our address":  {http.MethodGet, right, "localhost:" + at.Port(), 404},
		"our address, another port":  {http.MethodGet, right, "127.0.0.1:1", 404},
		"Host without its port":      {http.MethodGet, right, "127.0.0.1", 404},
		"no state":                   {http.MethodGet, back(address, "state", ""), "", 404},
		"wrong state":                {http.MethodGet, back(address, "state", "x"), "", 404},
		"wrong state with error":     {http.MethodGet, back(address, "state", "x", "error", "access_denied", "code", ""), "", 404},
		"no state with error":        {http.MethodGet, back(address, "state", "", "error", "access_denied", "code", ""), "", 404},
		"state twice":                {http.MethodGet, right + "&state=x", "", 404},
		"code twice":                 {http.MethodGet, right + "&code=x", "", 404},
		"nothing at all":             {http.MethodGet, redirect, "", 404},
	} {
		status, _, body := visit(t, c.method, c.address, c.host)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
		if strings.Contains(body, theCode) {
			t.Errorf("%s: the page repeats the code", name)
		}
		select {
		case err := <-done:
			t.Fatalf("%s: the consent ended with %v", name, err)
		default:
		}
	}
	raw := func(request string) string {
		conn, err := net.DialTimeout("tcp", at.Host, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = conn.Write([]byte(request))
		reply := make([]byte, 64)
		n, _ := conn.Read(reply)
		return string(reply[:n])
	}
	if got := raw("GET / HTTP/1.1\r\nHost: " + at.Host + "\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"); !strings.Contains(got, " 431 ") {
		t.Errorf("a header of 64 KiB: reply %q, want 431", got)
	}
	if got := raw("OPTIONS * HTTP/1.1\r\nHost: " + at.Host + "\r\n\r\n"); !strings.Contains(got, " 404 ") {
		t.Errorf("OPTIONS *: reply %q, want 404", got)
	}
	if got := raw("\x16\x03\x01 not HTTP\r\n\r\n"); !strings.Contains(got, " 400 ") {
		t.Errorf("junk: reply %q, want 400", got)
	}

	// Connections that say nothing, or half of it, and stay.
	for i := range 40 {
		conn, err := net.DialTimeout("tcp", at.Host, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if i%2 == 0 {
			_, _ = fmt.Fprintf(conn, "GET /?state=")
		}
	}
	status, _, _ := visit(t, http.MethodGet, right, "")
	if status != 200 {
		t.Errorf("the real answer among idle connections: status %d, want 200", status)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("Authorize = %v, want no error", err)
		}
	case <-time.After(3 * time.Second):
		t.Errorf("Authorize did not return within 3 s of the answer: idle connections hold it")
	}
	if n := len(fake.asked()); fake.asked()[0].Get("code") != theCode || n < 1 {
		t.Errorf("exchange sent %v, want the code of the real answer", fake.asked())
	}
}

func TestOnlyTheFirstAnswerCounts(t *testing.T) {
	words := english(t)
	at, _ := parseLoopback("http://127.0.0.1:0/")
	at, sockets, err := listen(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	texts := pages{words: words}
	l := &listener{at: at, page: texts.of, stray: texts.stray(), accept: func(q url.Values) (outcome, error) { return outcome{code: q.Get("code")}, nil }}
	l.serve(sockets)
	defer l.close()
	statuses := make(chan int)
	for i := range 8 {
		go func() {
			status, _, _ := visit(t, http.MethodGet, fmt.Sprintf("%s?code=%d", at.uri, i), "")
			statuses <- status
		}()
	}
	count := map[int]int{}
	for range 8 {
		count[<-statuses]++
	}
	if count[200] != 1 || count[404] != 7 {
		t.Errorf("eight answers at once got %v, want one 200 and seven 404", count)
	}
}

func TestThePageKeepsToItself(t *testing.T) {
	address, _, done := consentInProgress(t)
	status, header, body := visit(t, http.MethodGet, back(address), "")
	if err := <-done; err != nil || status != 200 {
		t.Fatalf("status %d, Authorize = %v, want 200 and no error", status, err)
	}
	for key, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := header.Get(key); got != want {
			t.Errorf("page has %s %q, want %q", key, got, want)
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(body)
	if style == nil {
		t.Fatal("page has no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	policy := header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("page has policy %q, want nothing allowed but its own style", policy)
	}
	for _, wrong := range []string{"http://", "https://", "src=", "href=", "url(", "<script", "<style></style>", theCode, "&lt;callback", "{{"} {
		if strings.Contains(body, wrong) {
			t.Errorf("page holds %q", wrong)
		}
	}
	for _, want := range []string{`<html lang="en">`, "width=device-width", "prefers-color-scheme: dark", "<h1>"} {
		if !strings.Contains(body, want) {
			t.Errorf("page lacks %q", want)
		}
	}
}

func TestEveryWordOfThePageExists(t *testing.T) {
	w := english(t)
	for _, p := range []page{pages{words: w}.of(outcome{}), pages{words: w}.of(outcome{symptom: &diagnosis.Symptom{}}), pages{words: w}.stray()} {
		for _, text := range []string{p.Title, p.Headline, p.Text, p.End, p.CauseLabel, p.FixLabel} {
			if strings.HasPrefix(text, "<") {
				t.Errorf("no words for %s", text)
			}
		}
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{"": "", "żądanie odrzucone": "Żądanie odrzucone", "a@example.com said no": "a@example.com said no", "consent": "Consent"} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}
