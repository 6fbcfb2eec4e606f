package mailserver

import (
	"fmt"
	"strings"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// maxMessage is what Gmail announces with SIZE, in bytes. Source: PHPMailer#2850.
const maxMessage = 35882577

// smtp speaks SMTP up to the login, and then leaves it to the library.
func (s *session) smtp() error {
	done, err := s.play(s.servers.at(scenario.SMTPGreeting))
	if err == nil && !done {
		err = s.say("220 " + smtpName() + " ESMTP " + s.gsmtp())
	}
	greeted := false
	for bad := 0; err == nil; {
		var line, email string
		line, err = s.command()
		if err != nil {
			break
		}
		verb, args := smtpWords(line)
		switch verb {
		case "EHLO", "HELO":
			greeted = true
			err = s.smtpHello(verb)
		case "STARTTLS":
			entered := s.entered
			err = s.smtpSTARTTLS()
			greeted = greeted && entered == s.entered // RFC 3207 section 4.2: begin anew
		case "AUTH":
			email, err = s.smtpAuth(args, greeted)
		case "MAIL", "RCPT", "DATA", "BDAT":
			err = s.smtpTooEarly(verb, greeted)
		case "NOOP":
			err = s.say("250 2.0.0 OK " + s.gsmtp())
		case "RSET":
			err = s.say("250 2.1.5 Flushed " + s.gsmtp())
		case "QUIT":
			return s.smtpQuit()
		default:
			if bad++; bad > maxBad {
				return s.say("421 4.7.0 Too many invalid commands, closing connection. " + s.gsmtp())
			}
			err = s.say("502 5.5.1 Unrecognized command. " + s.gsmtp())
		}
		if email != "" {
			return s.serve(s.servers.ctx, s.servers.transfer, newSMTPRelay(s, email))
		}
	}
	return err
}

// smtpName is the name under which Gmail's server answers, on either port.
func smtpName() string { return google.Gmail().SMTP[0].Host }

// gsmtp is how Google's own replies end; those of a domain's policy end in gcdp.
// Source: support.google.com/a/answer/3726730.
func (s *session) gsmtp() string { return s.id + " - gsmtp" }

func smtpWords(line string) (verb, args string) {
	verb, args, _ = strings.Cut(line, " ")
	return strings.ToUpper(verb), args
}

// smtpHello answers EHLO and HELO. AUTH is advertised only under TLS.
func (s *session) smtpHello(verb string) error {
	host, _, _ := strings.Cut(s.banner(), " ")
	hello := smtpName() + " at your service"
	if verb == "HELO" {
		return s.say("250 " + hello)
	}
	effect := s.servers.at(scenario.SMTPEHLO)
	if done, err := s.play(effect); done || err != nil {
		return err
	}
	keyword := "STARTTLS"
	if s.entered {
		keyword = "AUTH " + smtpMechanisms
	}
	lines := without([]string{
		fmt.Sprint("SIZE ", maxMessage), "8BITMIME", keyword, "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8",
	}, effect)
	lines = append([]string{hello + ", [" + host + "]"}, lines...)
	for i := range lines {
		if i < len(lines)-1 {
			lines[i] = "250-" + lines[i]
		} else {
			lines[i] = "250 " + lines[i]
		}
	}
	return s.say(lines...)
}

// smtpSTARTTLS goes over to TLS. A scenario's lines take the place of the 220;
// when they begin with 220 themselves, TLS follows them.
func (s *session) smtpSTARTTLS() error {
	effect := s.servers.at(scenario.SMTPSTARTTLS)
	if s.entered || lacks(s.servers.at(scenario.SMTPEHLO), "STARTTLS") {
		return s.say("502 5.5.1 Unrecognized command. " + s.gsmtp())
	}
	done, err := s.play(effect)
	switch {
	case err != nil:
		return err
	case !done:
		if err := s.say("220 2.0.0 Ready to start TLS"); err != nil {
			return err
		}
	case !strings.HasPrefix(effect.Lines[0], "220"):
		return nil
	}
	return s.secure(scenario.SMTPTLS)
}

// smtpTooEarly refuses mail before the login.
func (s *session) smtpTooEarly(verb string, greeted bool) error {
	if verb == "MAIL" {
		if done, err := s.play(s.servers.at(scenario.SMTPMail)); done || err != nil {
			return err
		}
	}
	switch {
	case !s.entered:
		return s.say("530 5.7.0 Must issue a STARTTLS command first. " + s.gsmtp())
	case !greeted:
		return s.say("503 5.5.1 EHLO/HELO first. " + s.gsmtp())
	}
	return s.say("530 5.5.1 Authentication Required. " + s.gsmtp())
}

// smtpAuth gives the mailbox when the login is good.
func (s *session) smtpAuth(args string, greeted bool) (email string, err error) {
	if !s.entered || !greeted {
		return "", s.smtpTooEarly("AUTH", greeted)
	}
	mechanism, initial, inline := strings.Cut(args, " ")
	mechanism = strings.ToUpper(mechanism)
	if !s.offers(smtpMechanisms, scenario.SMTPEHLO, mechanism) {
		return "", s.say("504 5.7.4 Unrecognized Authentication Type " + s.gsmtp())
	}
	response := &initial
	switch {
	case !inline:
		response = nil
	case initial == "=":
		initial = "" // RFC 4954 section 4: an initial response that is empty
	}
	email, verdict, err := s.exchange(scenario.SMTPAuth, mechanism, response, "334 ")
	if err != nil {
		return "", err
	}
	switch verdict {
	case accepted:
		return email, s.say("235 2.7.0 Accepted")
	case refused:
		err = s.say("535-5.7.8 Username and Password not accepted. For more information, go to",
			"535 5.7.8  "+google.Link("bad-credentials", nil)+" "+s.gsmtp())
	case malformed:
		err = s.say("501 5.5.2 Cannot Decode response " + s.gsmtp())
	case cancelled:
		err = s.say("501 5.7.0 Authentication canceled " + s.gsmtp())
	}
	return "", err
}

func (s *session) smtpQuit() error {
	return s.say("221 2.0.0 closing connection " + s.gsmtp())
}
