package diagnosis

import (
	"errors"
	"strings"
	"testing"
)

// Whatever words an error of the network has, and whatever the address was, the
// Symptom is a line, and holds no query and no password of the address.
func FuzzNetwork(f *testing.F) {
	f.Add("https://oauth2.googleapis.com/token?code=4/secret", "dial tcp: lookup oauth2.googleapis.com: no such host")
	f.Add("imap.gmail.com:993", "tls: first record does not look like a TLS handshake")
	f.Add("http://user:secret@[::1]:80/#x", "EOF\n\x1b[31m")
	f.Add("://", "")
	f.Fuzz(func(t *testing.T, endpoint, words string) {
		s := Network(errors.New(words), endpoint)
		if s.Code == "" || strings.ContainsAny(s.Text, "\n\x1b\x00") {
			t.Errorf("Network(%q, %q) = %+v", words, endpoint, s)
		}
		if strings.Contains(s.Endpoint, "?") || strings.Contains(s.Endpoint, "#") {
			t.Errorf("Network(…, %q) keeps %q", endpoint, s.Endpoint)
		}
	})
}
