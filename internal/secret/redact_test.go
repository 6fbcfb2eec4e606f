package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gmailoauth/internal/secret"
)

// sentinel has every letter that some spelling escapes, and no shape of Google's.
const sentinel = `Zq9/sent+inel=a&b"c<d>e\f~ż_0`

func knowing(texts ...string) *secret.Redactor {
	r := new(secret.Redactor)
	for _, text := range texts {
		r.Hide(secret.New(text))
	}
	return r
}

func TestKnownSecretIsHiddenInEverySpelling(t *testing.T) {
	escape := regexp.MustCompile(`%[0-9A-F]{2}`)
	for _, hidden := range []string{sentinel, "ya29.a0-Letters_alone~01", "1//0g-with-slashes", "with+plus=and space", "it's quoted", `back\slash`, "two\nlines", "zażółć-gęślą", "\x7fdelete", "<angle>"} {
		inJSON, err := json.Marshal(hidden)
		if err != nil {
			t.Fatal(err)
		}
		quoted := string(inJSON[1 : len(inJSON)-1])
		plainly := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(quoted)
		ascii := fmt.Sprintf("%+q", hidden)
		r := knowing(hidden)
		for name, spelled := range map[string]string{
			"in clear":                  hidden,
			"in a form":                 url.QueryEscape(hidden),
			"in a path":                 url.PathEscape(hidden),
			"in a form, lower-case hex": escape.ReplaceAllStringFunc(url.QueryEscape(hidden), strings.ToLower),
			"in a path, lower-case hex": escape.ReplaceAllStringFunc(url.PathEscape(hidden), strings.ToLower),
			"in JSON":                   quoted,
			"in JSON without HTML":      plainly,
			"in PHP's JSON":             strings.ReplaceAll(plainly, "/", `\/`),
			"in HTML":                   html.EscapeString(hidden),
			"quoted by fmt":             ascii[1 : len(ascii)-1],
		} {
			got := r.Clean("before " + spelled + " after")
			if want := "before " + secret.Dots + " after"; got != want {
				t.Errorf("%s: Clean(%q) = %q, want %q", name, spelled, got, want)
			}
		}
	}
}

func TestKnownSecretIsHiddenInBase64AtEveryAlignment(t *testing.T) {
	for _, hidden := range []string{sentinel, "ya29.a0-Letters_alone~01"} {
		hiddenInBase64(t, hidden)
	}
}

func hiddenInBase64(t *testing.T, hidden string) {
	t.Helper()
	r := knowing(hidden)
	for before := range 7 {
		for after := range 4 {
			plain := strings.Repeat("u", before) + hidden + strings.Repeat("\x01", after)
			for name, alphabet := range map[string]*base64.Encoding{
				"std": base64.StdEncoding, "raw": base64.RawStdEncoding, "url": base64.URLEncoding, "rawurl": base64.RawURLEncoding,
			} {
				encoded := alphabet.EncodeToString([]byte(plain))
				for _, text := range []string{encoded, url.QueryEscape(encoded)} {
					if got, want := r.Clean("C: AUTH "+text+"\r\n"), "C: AUTH "+secret.Dots+"\r\n"; got != want {
						t.Errorf("%s, %d before, %d after: Clean(%q) = %q, want %q", name, before, after, text, got, want)
					}
				}
			}
		}
	}
}

func TestShapes(t *testing.T) {
	body := strings.Repeat("aB3_-", 8)
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	tests := []struct{ name, in, want string }{
		{"access token", "got ya29." + body + ".", "got [redacted]"},
		{"refresh token", "refresh 1//0g" + body + " ok", "refresh [redacted] ok"},
		{"refresh token in a form", "x=1%2F%2F0g" + body + "&y=1", "x=[redacted]&y=1"},
		{"refresh token in PHP's JSON", `"1\/\/0g` + body + `"`, `"[redacted]"`},
		{"client secret", "(GOCSPX-" + body + ")", "([redacted])"},
		{"code", "code 4/0A" + body, "code [redacted]"},
		{"code in an address", "http://127.0.0.1:1/?state=s&code=4%2F0A" + body + "&scope=email", "http://127.0.0.1:1/?state=s&code=[redacted]&scope=email"},
		{"a date is no code", "on 4/01/2026 at 4/02", "on 4/01/2026 at 4/02"},
		{"the name of a shape is none", "shapes: ya29.… 1//… GOCSPX-… 4/0…", "shapes: ya29.… 1//… GOCSPX-… 4/0…"},
		{"header", "Authorization: Bearer abc123def456\r\n", "Authorization: Bearer [redacted]\r\n"},
		{"header, lower case", "authorization: bearer abc123def456", "authorization: bearer [redacted]"},
		{"basic", "Authorization: Basic " + b64("id:some-secret"), "Authorization: Basic [redacted]"},
		{"words stay", "needs Bearer authentication", "needs Bearer authentication"},
		{"realm stays", `WWW-Authenticate: Bearer realm="https://accounts.example/", error="invalid_token"`, `WWW-Authenticate: Bearer realm="https://accounts.example/", error="invalid_token"`},
		{"JSON", `{"access_token":"x","expires_in":3599, "refresh_token" : "y\"z", "code":"invalid"}`, `{"access_token":"[redacted]","expires_in":3599, "refresh_token" : "[redacted]", "code":"invalid"}`},
		{"JSON in JSON", `"{\"id_token\":\"e.y.J\"}"`, `"{\"id_token\":\"[redacted]\"}"`},
		{"JSON cut off", `{"client_secret":"abc`, `{"client_secret":"[redacted]`},
		{"JSON in HTML", `&quot;client_secret&quot;:&quot;abc&quot;`, `&quot;client_secret&quot;:&quot;[redacted]&quot;`},
		{"form", "grant_type=authorization_code&code=abcdefghijklmnopq&code_verifier=v&client_secret=s&assertion=a.b.c", "grant_type=authorization_code&code=[redacted]&code_verifier=[redacted]&client_secret=[redacted]&assertion=[redacted]"},
		{"form in an address", "next=%3Fclient_secret%3Dabc%26x%3D1", "next=%3Fclient_secret%3D[redacted]%26x%3D1"},
		{"variable", "GMAILOAUTH_REFRESH_TOKEN=abc", "GMAILOAUTH_REFRESH_TOKEN=[redacted]"},
		{"words about names stay", `Missing required parameter: code; client_secret is missing; "code": 401`, `Missing required parameter: code; client_secret is missing; "code": 401`},
		{"SASL", "AUTH XOAUTH2 " + b64("user=a@b\x01auth=Bearer tok\x01\x01"), "AUTH XOAUTH2 [redacted]"},
		{"SASL, shifted", "AUTH XOAUTH2 " + b64("user=ab@b\x01auth=Bearer tok\x01\x01") + "\r\n", "AUTH XOAUTH2 [redacted]\r\n"},
		{"SASL, shifted twice", "sasl=" + b64("n,a=abc@b,\x01auth=Bearer tok\x01\x01"), "sasl=[redacted]"},
		{"other base64 stays", b64(`{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}`), b64(`{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}`)},
		{"nothing", "* OK Gimap ready for requests from 127.0.0.1 a1-b2", "* OK Gimap ready for requests from 127.0.0.1 a1-b2"},
	}
	r := new(secret.Redactor)
	for _, test := range tests {
		if got := r.Clean(test.in); got != test.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", test.name, test.in, got, test.want)
		}
	}
}

func TestShortSecretIsHiddenAsAWholeWord(t *testing.T) {
	r := knowing("abc", "")
	if got, want := r.Clean("abc abcd 'abc' xabc abc_ abc"), "[redacted] abcd '[redacted]' xabc abc_ [redacted]"; got != want {
		t.Errorf("Clean = %q, want %q", got, want)
	}
}

func TestLongerSecretWinsAndNeighboursMerge(t *testing.T) {
	r := knowing("abcdef", "abcdefghij", "ghijkl")
	for in, want := range map[string]string{
		"abcdefghij":      "[redacted]",
		"abcdefghijkl.":   "[redacted].",
		"abcdefabcdef":    "[redacted]",
		"-abcdef-abcdef-": "-[redacted]-[redacted]-",
	} {
		if got := r.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSecretThatLooksLikeDots(t *testing.T) {
	r := knowing("redacted", "acted] x")
	for _, in := range []string{"[redacted]", "redacted", "[redacted] x", "a redacted] x"} {
		once := r.Clean(in)
		if twice := r.Clean(once); once != twice {
			t.Errorf("Clean(Clean(%q)) = %q, want %q", in, twice, once)
		}
	}
}

func TestRedactorServesManyGoroutines(t *testing.T) {
	r := new(secret.Redactor)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 100 {
				text := fmt.Sprintf("secret-%d-%d", i, j)
				r.Hide(secret.New(text))
				if got := r.Clean(text); got != secret.Dots {
					t.Errorf("Clean(%q) = %q, want dots", text, got)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzClean(f *testing.F) {
	f.Add("Zq9/sent+inel=", "user=a@b\x01auth=Bearer ", "\x01\x01")
	f.Add("redacted", "[", "]")
	f.Add("ab", "code=", " x")
	f.Add("secret-1", `{"access_token":"ya29.`, `"}`)
	f.Fuzz(func(t *testing.T, text, before, after string) {
		r := knowing(text)
		for _, in := range []string{
			before + text + after,
			base64.StdEncoding.EncodeToString([]byte(before + text + after)),
			before + url.QueryEscape(text) + after,
		} {
			once := r.Clean(in)
			if twice := r.Clean(once); twice != once {
				t.Fatalf("Clean(Clean(%q)) = %q, want %q", in, twice, once)
			}
			if len(text) >= 6 && !strings.Contains(secret.Dots, text) && strings.Contains(once, text) {
				t.Fatalf("Clean(%q) = %q, which holds %q", in, once, text)
			}
		}
	})
}

func BenchmarkCleanBigText(b *testing.B) {
	r := new(secret.Redactor)
	for i := range 1000 {
		r.Hide(secret.New(fmt.Sprintf("ya29.some-long-access-token-of-a-mailbox-%d-%d", i, i*7919)))
	}
	text := strings.Repeat("* 1 FETCH (FLAGS (\\Seen) UID 4827313 RFC822.SIZE 44827) token=none, AbCdEf0123456789\r\n", 1<<13)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.Clean(text)
	}
}
