package mailserver

import (
	"encoding/base64"
	"slices"
	"strings"

	"gmailoauth/internal/google"
)

// verdict is how a SASL exchange ended.
type verdict int

const (
	accepted  verdict = iota
	refused           // the token does not open this mailbox
	malformed         // what was sent is not what the mechanism wants
	cancelled         // the client gave up before it sent anything
	settled           // a scenario has answered
)

// Mechanisms in Gmail's order. There are no passwords here, so those that carry
// one are advertised, as Gmail does, and always refused.
// Source: emersion/go-sasl#6, PHPMailer#2850, horde/Imap_Client#36.
const (
	imapMechanisms = "XOAUTH2 PLAIN PLAIN-CLIENTTOKEN OAUTHBEARER"
	smtpMechanisms = "LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH"
	pop3Mechanisms = "PLAIN XOAUTH2 OAUTHBEARER"
)

// offers reports whether a mechanism is among those, and not taken away by the
// scenario at the point where it is advertised.
func (s *session) offers(mechanisms, point, mechanism string) bool {
	return slices.Contains(strings.Fields(mechanisms), mechanism) && !lacks(s.servers.at(point), mechanism)
}

// exchange carries out a SASL exchange. initial is the initial response, or nil
// when none was sent; prompt is what a challenge begins with. A refused token
// is told so in a challenge, and only then comes the verdict. Of the empty
// answer's spellings only the empty line is taken: `=` stands for an empty
// initial response and for nothing else (RFC 4954 section 4, RFC 4959 section 3).
func (s *session) exchange(point, mechanism string, initial *string, prompt string) (email string, v verdict, err error) {
	if initial == nil {
		if err := s.say(prompt); err != nil {
			return "", settled, err
		}
		line, err := s.command()
		if err != nil {
			return "", settled, err
		}
		if line == "*" {
			return "", cancelled, nil
		}
		initial = &line
	}
	s.sent = *initial
	effect := s.servers.atFor(point, s.claimed())
	if effect != nil && effect.Challenge != "" {
		challenge := s.fill([]string{effect.Challenge})[0]
		if well, err := s.challenge(prompt, challenge); err != nil || !well {
			return "", malformed, err
		}
	}
	if done, err := s.play(effect); err != nil || done {
		return "", settled, err
	}
	return s.judge(mechanism, *initial, prompt)
}

// judge looks at what the client sent.
func (s *session) judge(mechanism, initial, prompt string) (email string, v verdict, err error) {
	response, err := base64.StdEncoding.Strict().DecodeString(initial)
	if err != nil {
		return "", malformed, nil
	}
	var user, token, challenge string
	var well bool
	switch mechanism {
	case "XOAUTH2":
		user, token, well = parseXOAUTH2(string(response))
		challenge = `{"status":"400","schemes":"Bearer","scope":"` + google.MailScope() + `"}`
	case "OAUTHBEARER":
		user, token, well = parseOAUTHBEARER(string(response))
		challenge = `{"status":"invalid_request","scope":"` + google.MailScope() + `"}`
	default:
		return "", refused, nil
	}
	if !well {
		return "", malformed, nil
	}
	if email, ok := s.servers.good(user, token); ok {
		return email, accepted, nil
	}
	if well, err := s.challenge(prompt, challenge); err != nil || !well {
		return "", malformed, err
	}
	return "", refused, nil
}

// challenge says a challenge and reports whether the answer to it is well
// formed; what it holds does not matter, "*" and AQ== end the exchange alike.
func (s *session) challenge(prompt, text string) (bool, error) {
	if err := s.say(prompt + base64.StdEncoding.EncodeToString([]byte(text))); err != nil {
		return false, err
	}
	answer, err := s.command()
	if err != nil || answer == "*" {
		return err == nil, err
	}
	_, err = base64.StdEncoding.Strict().DecodeString(answer)
	return err == nil, nil
}

// parseXOAUTH2 reads "user=" user ^A "auth=Bearer " token ^A ^A.
// Source: developers.google.com/workspace/gmail/imap/xoauth2-protocol (seen 2026-11-20).
func parseXOAUTH2(response string) (user, token string, ok bool) {
	user, rest, ok1 := strings.Cut(response, "\x01")
	user, ok2 := strings.CutPrefix(user, "user=")
	token, ok3 := strings.CutSuffix(rest, "\x01\x01")
	token, ok4 := bearer(token)
	return user, token, ok1 && ok2 && ok3 && ok4 && user != ""
}

// parseOAUTHBEARER reads the client response of RFC 7628 section 3.1: a GS2
// header with the user, then pairs, of which only auth must be there.
func parseOAUTHBEARER(response string) (user, token string, ok bool) {
	header, rest, found := strings.Cut(response, "\x01")
	pairs, ended := strings.CutSuffix(rest, "\x01\x01")
	parts := strings.Split(header, ",")
	if !found || !ended || len(parts) != 3 || parts[0] != "n" && parts[0] != "y" || parts[2] != "" {
		return "", "", false
	}
	name, ok := strings.CutPrefix(parts[1], "a=")
	if !ok || name == "" {
		return "", "", false
	}
	if user, ok = saslname(name); !ok {
		return "", "", false
	}
	for pair := range strings.SplitSeq(pairs, "\x01") {
		key, value, found := strings.Cut(pair, "=")
		if !found {
			return "", "", false
		}
		if key == "auth" {
			if token, ok = bearer("auth=" + value); !ok {
				return "", "", false
			}
		}
	}
	return user, token, token != ""
}

// saslname undoes the escapes of RFC 5801 section 4.
func saslname(name string) (string, bool) {
	rest := strings.NewReplacer("=2C", "", "=3D", "").Replace(name)
	return strings.NewReplacer("=2C", ",", "=3D", "=").Replace(name), !strings.Contains(rest, "=")
}

// bearer reads `auth=Bearer TOKEN`; the word's case does not matter (RFC 7235 section 2.1).
func bearer(text string) (token string, ok bool) {
	text, ok = strings.CutPrefix(text, "auth=")
	scheme, token, found := strings.Cut(text, " ")
	return token, ok && found && strings.EqualFold(scheme, "Bearer") && token != "" && !strings.ContainsAny(token, " \x01")
}
