package federation

import (
	"net/http"
	"strings"
	"testing"

	"gmailoauth/internal/secret"
)

// Whatever the token service says to a word of ours, there is a refusal with a
// code, on a line, without what was sent.
func FuzzWords(f *testing.F) {
	f.Add(400, []byte(`{"error":"invalid_grant","error_description":"The audience in ID Token [x] does not match the expected audience."}`))
	f.Add(403, []byte(`{"error":{"code":403,"status":"PERMISSION_DENIED","message":"x the-word-that-was-sent","details":[{"reason":"IAM_PERMISSION_DENIED","metadata":{"consumer":"projects/1"}}]}}`))
	f.Add(400, []byte(`{"error":""}`))
	f.Add(400, []byte(`{"error":null,"error_description":"the-word\u0000"}`))
	f.Add(503, []byte("<html>"))
	const word = "the-word-that-was-sent"
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		l := &listener{sent: []secret.Text{secret.New(word)}}
		s := l.words(&http.Response{StatusCode: 300 + int(uint(status)%300)}, body, "https://sts.example.com/v1/token")
		if s.Code == "" || strings.Contains(s.Error(), word) || strings.ContainsAny(s.Code+s.Text, "\n\x00\x1b") {
			t.Errorf("words of %q = %+v", body, s)
		}
	})
}

// A subject token is what stands in the file or in its field, or there is none;
// one is asked for only where others do not see it.
func FuzzTaken(f *testing.F) {
	f.Add([]byte("eyJhbGciOiJSUzI1NiJ9.e30.x\n"), false, "https://token.example.com/x")
	f.Add([]byte(`{"id_token":"eyJ","value":7}`), true, "http://169.254.169.254/token")
	f.Add([]byte(`{"value":null}`), true, "http://user@localhost/")
	f.Add([]byte("\x00"), true, "HTTP://[::1%25x]:80")
	f.Fuzz(func(t *testing.T, data []byte, asJSON bool, address string) {
		var s source
		if asJSON {
			s.Format.Type, s.Format.Field = "json", "id_token"
		}
		if u := "http://mail.example.com/" + address; private(u) {
			t.Errorf("%q is taken for private", u)
		}
		if token, ok := s.taken(data); ok && (token.IsZero() || strings.TrimSpace(token.Reveal()) == "" && !asJSON) {
			t.Errorf("taken of %q is nothing", data)
		}
	})
}
