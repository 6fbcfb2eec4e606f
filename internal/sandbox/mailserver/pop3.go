package mailserver

import (
	"strings"

	"gmailoauth/internal/sandbox/scenario"
)

const pop3Refused = "-ERR [AUTH] Username and password not accepted."

// pop3 speaks POP3, first without and then with a mailbox.
func (s *session) pop3() error {
	done, err := s.play(s.servers.at(scenario.POP3Greeting))
	if err == nil && !done {
		err = s.say("+OK Gpop ready for requests from " + s.banner())
	}
	for bad := 0; err == nil; {
		var line, email string
		line, err = s.command()
		if err != nil {
			break
		}
		verb, args := smtpWords(line)
		switch verb {
		case "CAPA":
			err = s.pop3Capabilities()
		case "AUTH":
			email, err = s.pop3Auth(args)
		case "USER":
			err = s.say("+OK send PASS")
		case "PASS":
			err = s.pop3Password()
		case "NOOP":
			err = s.say("+OK")
		case "QUIT":
			return s.say("+OK Farewell.")
		default:
			if bad++; bad > maxBad {
				return s.say("-ERR Too many bad commands " + s.id)
			}
			err = s.say("-ERR bad command " + s.id)
		}
		if email != "" {
			return s.pop3Transaction(email)
		}
	}
	return err
}

// pop3Capabilities answers CAPA. Source: horde/Imap_Client#36, May 2025.
func (s *session) pop3Capabilities() error {
	effect := s.servers.at(scenario.POP3CAPA)
	if done, err := s.play(effect); done || err != nil {
		return err
	}
	lines := without([]string{
		"USER", "RESP-CODES", "EXPIRE 0", "LOGIN-DELAY 300", "TOP", "UIDL", "X-GOOGLE-RICO", "SASL " + pop3Mechanisms,
	}, effect)
	lines = append([]string{"+OK Capability list follows"}, lines...)
	return s.say(append(lines, ".")...)
}

// pop3Password refuses passwords, in the words of the scenario if there is one.
func (s *session) pop3Password() error {
	if done, err := s.play(s.servers.at(scenario.POP3Auth)); done || err != nil {
		return err
	}
	return s.say(pop3Refused)
}

// pop3Auth gives the mailbox when the login is good.
func (s *session) pop3Auth(args string) (email string, err error) {
	mechanism, initial, inline := strings.Cut(args, " ")
	mechanism = strings.ToUpper(mechanism)
	if !s.offers(pop3Mechanisms, scenario.POP3CAPA, mechanism) {
		return "", s.say("-ERR Unrecognized authentication type " + s.id)
	}
	response := &initial
	switch {
	case !inline:
		response = nil
	case initial == "=":
		initial = "" // RFC 5034 section 4: an initial response that is empty
	}
	email, verdict, err := s.exchange(scenario.POP3Auth, mechanism, response, "+ ")
	if err != nil {
		return "", err
	}
	switch verdict {
	case accepted:
		return email, s.say("+OK Welcome.")
	case refused:
		err = s.say(pop3Refused)
	case malformed:
		err = s.say("-ERR Invalid SASL argument. " + s.id)
	case cancelled:
		err = s.say("-ERR Authentication cancelled. " + s.id)
	}
	return "", err
}

// pop3Transaction speaks POP3 with a mailbox.
func (s *session) pop3Transaction(email string) error {
	drop := &maildrop{email: email, mails: s.servers.office.messages(email)}
	drop.deleted = make([]bool, len(drop.mails))
	for {
		line, err := s.command()
		if err != nil {
			return err
		}
		verb, args := smtpWords(line)
		switch verb {
		case "STAT", "LIST", "UIDL": // whichever looks into the mailbox first
			var done bool
			if done, err = s.play(s.servers.at(scenario.POP3Stat)); !done && err == nil {
				err = s.say(drop.answer(verb, args)...)
			}
		case "QUIT":
			return s.say("+OK Farewell.")
		case "CAPA":
			err = s.pop3Capabilities()
		case "RETR", "TOP", "DELE", "RSET", "NOOP":
			err = s.say(drop.answer(verb, args)...)
		default:
			err = s.say("-ERR bad command " + s.id)
		}
		if err != nil {
			return err
		}
	}
}
