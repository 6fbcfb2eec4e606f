package verify

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gmailoauth/internal/diagnosis"
)

// verdict adds to a refused login what userinfo and tokeninfo said of the
// token: Gmail says "Invalid credentials" alike to a dead token, another
// account's token, one without the mail scope, and a mailbox that is closed to us.
//
// The fact verdict is token-dead, other-account, no-mail-scope or account-side;
// it is absent when nobody could be asked.
func (p *proof) verdict(s *diagnosis.Symptom) *diagnosis.Symptom {
	if !permanent(s) {
		return s
	}
	b := p.identified()
	scopes := p.scopes()
	live := strconv.FormatBool(!p.tokenDead())
	switch {
	case p.tokenDead():
		return s.With("verdict", "token-dead", "token_live", live)
	case b.whoUnable || b.whoErr != nil:
		return s
	}
	verdict := "account-side"
	switch {
	case b.who.Email != "" && !strings.EqualFold(b.who.Email, p.run.box.Account):
		verdict = "other-account"
	case p.run.box.MailScope != "" && len(scopes) > 0 && !slices.Contains(scopes, p.run.box.MailScope):
		verdict = "no-mail-scope"
	}
	return s.With("verdict", verdict, "token_live", live, "token_email", b.who.Email, "got", b.who.Email,
		"token_scopes", strings.Join(scopes, " "), "scope", p.run.box.MailScope)
}

// permanent reports whether a refusal says something of the login: the words
// of a server that is busy, or that we could not understand, do not.
func permanent(s *diagnosis.Symptom) bool {
	switch s.Where {
	case diagnosis.AtIMAP:
		return !slices.Contains([]string{"UNAVAILABLE", "OVERQUOTA", "INUSE", "LIMIT", "SERVERBUG", "BYE",
			"mechanism-not-offered", "second-challenge", "not-understood"}, s.Code)
	case diagnosis.AtSMTP:
		return s.Status >= 500
	case diagnosis.AtPOP3:
		return !slices.Contains([]string{"SYS/TEMP", "IN-USE", "LOGIN-DELAY",
			"mechanism-not-offered", "second-challenge", "not-understood"}, s.Code)
	}
	return false
}

// visible drops what a terminal could take for a command.
func visible(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return ' '
		case c == unicode.ReplacementChar || !unicode.IsPrint(c):
			return -1
		}
		return c
	}, text)
}
