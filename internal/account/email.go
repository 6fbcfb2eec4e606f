package account

import (
	"net/mail"
	"strings"
	"unicode"

	"gmailoauth/internal/diagnosis"
)

// CheckEmail gives an address as it is kept: trimmed, in lower case, since
// Google tells no mailboxes apart by case. It takes the bare address only: no
// name beside it, no quotes, a domain with a dot. Anything else is a
// *diagnosis.Symptom at input.
func CheckEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "no-email"}
	}
	local, domain, _ := strings.Cut(s, "@")
	address, err := mail.ParseAddress(s)
	if err != nil || address.Name != "" || address.Address != s || len(s) > 254 || len(local) > 64 || !isDomain(domain) {
		symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-email"}
		if len(s) <= 100 && strings.Contains(s, "@") && !strings.ContainsFunc(s, unicode.IsControl) {
			symptom = symptom.With("value", s) // has the look of an address: no secret gone astray
		}
		return "", symptom
	}
	return strings.ToLower(s), nil
}

func isDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '-' {
				return false
			}
		}
	}
	return true
}
