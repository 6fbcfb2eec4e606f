package mailserver

import (
	"encoding/base64"

	"gmailoauth/internal/sandbox/scenario"
)

// atFor is at for a mailbox, which may have scenarios of its own.
func (s *Servers) atFor(point, email string) *scenario.Effect {
	if s.options.Scenarios == nil {
		return nil
	}
	return s.options.Scenarios.AtFor(point, email)
}

// claimed is the mailbox that the SASL string names, whether or not it is let in.
func (s *session) claimed() string {
	response, err := base64.StdEncoding.DecodeString(s.sent)
	if err != nil {
		return ""
	}
	if user, _, ok := parseXOAUTH2(string(response)); ok {
		return user
	}
	user, _, _ := parseOAUTHBEARER(string(response))
	return user
}
