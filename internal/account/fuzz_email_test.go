package account_test

import (
	"errors"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// What is taken for an address stays one, and is safe in a line of a protocol;
// what is not is no secret that gets told.
func FuzzCheckEmail(f *testing.F) {
	for _, seed := range []string{"Office@Example.com", " a@b.cd ", "müller@exämple.com", "\"a b\"@c.de", "a@b", "Name <a@b.cd>", "GOCSPX-secret", "a\x01@b.cd", "a@b.c\x00d", "1//0abc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		email, err := account.CheckEmail(text)
		if err != nil {
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || email != "" || symptom.Facts["value"] != "" && !strings.Contains(text, "@") {
				t.Errorf("CheckEmail(%q) = %q, %v", text, email, err)
			}
			return
		}
		if again, err := account.CheckEmail(email); err != nil || again != email {
			t.Errorf("CheckEmail(%q) = %q, of which it makes %q, %v", text, email, again, err)
		}
		if strings.ContainsAny(email, " \t\r\n\x00\x01") || strings.Count(email, "@") != 1 {
			t.Errorf("CheckEmail(%q) = %q", text, email)
		}
	})
}
