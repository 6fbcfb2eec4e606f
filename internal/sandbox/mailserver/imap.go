package mailserver

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"gmailoauth/internal/sandbox/scenario"
)

// imapCapabilities are Gmail's before the login. After it, those of go-imap's
// server are named, which knows neither QUOTA nor XLIST nor X-GM-EXT-1.
// Source: emersion/go-sasl#6.
const imapCapabilities = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR " +
	"AUTH=XOAUTH2 AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER"

const imapRefused = "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"

// maxBad is how many senseless commands are answered.
const maxBad = 10

// imap speaks IMAP up to the login, and then leaves it to the library.
func (s *session) imap() error {
	done, err := s.play(s.servers.at(scenario.IMAPGreeting))
	if err == nil && !done {
		err = s.say("* OK Gimap ready for requests from " + s.banner())
	}
	for bad := 0; err == nil; {
		var verb, args, email string
		s.tag, verb, args, err = s.imapCommand()
		if err != nil {
			break
		}
		switch verb {
		case "CAPABILITY":
			err = s.imapCapability()
		case "NOOP":
			err = s.say(s.tag + " OK Success")
		case "ID":
			err = s.say(imapID, s.tag+" OK Success")
		case "LOGOUT":
			return s.imapLogout()
		case "LOGIN":
			err = s.imapLogin()
		case "AUTHENTICATE":
			email, err = s.imapAuthenticate(args)
		default:
			if bad++; bad > maxBad {
				return s.say("* BYE Too many invalid commands. " + s.id)
			}
			err = s.say(s.tag + " BAD Unknown command " + s.id)
		}
		if email != "" {
			return s.serve(s.servers.ctx, s.servers.mail, newIMAPRelay(s, email))
		}
	}
	return err
}

// imapID is the answer to ID.
const imapID = `* ID ("name" "GImap" "vendor" "Google, Inc.")`

func (s *session) imapCapability() error {
	effect := s.servers.at(scenario.IMAPCapability)
	if done, err := s.play(effect); done || err != nil {
		return err
	}
	lines := without([]string{"* CAPABILITY " + imapCapabilities}, effect)
	return s.say(append(lines, s.tag+" OK Thats all she wrote! "+s.id)...)
}

func (s *session) imapLogout() error {
	return s.say("* BYE LOGOUT Requested", s.tag+" OK 73 good day (Success)")
}

// imapLogin refuses passwords, in the words of the scenario if there is one.
func (s *session) imapLogin() error {
	if done, err := s.play(s.servers.at(scenario.IMAPAuth)); done || err != nil {
		return err
	}
	return s.say(s.tag + " " + imapRefused)
}

// imapAuthenticate gives the mailbox when the login is good.
func (s *session) imapAuthenticate(args string) (email string, err error) {
	mechanism, initial, inline := strings.Cut(args, " ")
	mechanism = strings.ToUpper(mechanism)
	if !s.offers(imapMechanisms, scenario.IMAPCapability, mechanism) {
		return "", s.say(s.tag + " NO Unsupported authentication mechanism. " + s.id)
	}
	response := &initial
	switch {
	case !inline:
		response = nil
	case lacks(s.servers.at(scenario.IMAPCapability), "SASL-IR"):
		return "", s.say(s.tag + " BAD Invalid SASL argument. " + s.id)
	case initial == "=":
		initial = "" // RFC 4959 section 3: an initial response that is empty
	}
	email, verdict, err := s.exchange(scenario.IMAPAuth, mechanism, response, "+ ")
	if err != nil {
		return "", err
	}
	switch verdict {
	case accepted:
		return email, s.say("* CAPABILITY "+imapLibraryCapabilities, s.tag+" OK "+email+" authenticated (Success)")
	case refused:
		err = s.say(s.tag + " " + imapRefused)
	case malformed:
		err = s.say(s.tag + " BAD Invalid SASL argument. " + s.id)
	case cancelled:
		err = s.say(s.tag + " BAD AUTHENTICATE cancelled " + s.id)
	}
	return "", err
}

var literal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{(\d{1,10})(\+?)\}$`) })

// imapCommand reads a command, with its literals, which before the login can
// only be names and passwords.
func (s *session) imapCommand() (tag, verb, args string, err error) {
	text, err := s.command()
	for err == nil {
		m := literal().FindStringSubmatch(text)
		if m == nil {
			break
		}
		n, _ := strconv.Atoi(m[1]) // ten digits
		if n > maxLine-len(text) {
			return "", "", "", errLineTooLong
		}
		if m[2] == "" {
			if err = s.say("+ go ahead"); err != nil {
				break
			}
		}
		more := make([]byte, n)
		if _, err = io.ReadFull(s.lines, more); err != nil {
			break
		}
		var rest string
		rest, err = s.command()
		text = fmt.Sprintf("%s%q%s", strings.TrimSuffix(text, m[0]), more, rest)
	}
	tag, verb, args = imapWords(text)
	return tag, verb, args, err
}

// imapWords takes a command line apart. A line without a tag gets "*", with
// which the refusal of it begins.
func imapWords(line string) (tag, verb, args string) {
	tag, rest, _ := strings.Cut(line, " ")
	verb, args, _ = strings.Cut(rest, " ")
	if tag == "" || strings.ContainsAny(tag, "+*(){%\"\\\x00") {
		tag = "*"
	}
	return tag, strings.ToUpper(verb), args
}
