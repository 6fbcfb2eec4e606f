package mailserver

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/mail"
	"strconv"
	"strings"

	"github.com/emersion/go-smtp"

	"gmailoauth/internal/sandbox/scenario"
)

func newSMTPLibrary(o *office) *library {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		r := c.Conn().(*relay)
		return &smtpSession{office: o, email: r.email, at: r.servers.at}, nil
	}))
	server.Domain = smtpName()
	server.MaxRecipients = 100
	server.MaxMessageBytes = maxMessage
	server.MaxLineLength = maxLine
	server.EnableSMTPUTF8 = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	return newLibrary(server.Serve, func() { _ = server.Close() })
}

// smtpSession is a logged-in session as go-smtp's server wants it.
type smtpSession struct {
	office     *office
	email      string
	at         func(point string) *scenario.Effect
	recipients []string
}

// Mail takes the mailbox's own address as sender, and no other.
func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	if !strings.EqualFold(from, s.email) {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "The sender address is not that of the mailbox."}
	}
	return nil
}

// Rcpt takes any address.
func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if address, err := mail.ParseAddress(to); err != nil || address.Address != to {
		return &smtp.SMTPError{
			Code: 553, EnhancedCode: smtp.EnhancedCode{5, 1, 3},
			Message: "The recipient address <" + to + "> is not a valid RFC 5321 address.",
		}
	}
	s.recipients = append(s.recipients, to)
	return nil
}

// Data delivers.
func (s *smtpSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for _, to := range s.recipients {
		if e := s.at(scenario.SMTPData); e != nil && e.Account != "" {
			to = e.Account
		}
		header := fmt.Sprintf("Delivered-To: %s\r\nReturn-Path: <%s>\r\n", to, s.email)
		if !s.office.deliver(to, append([]byte(header), text...)) {
			return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "The sandbox holds no more mail."}
		}
	}
	return nil
}

// Reset forgets the message that was begun.
func (s *smtpSession) Reset() { s.recipients = nil }

// Logout has nothing to free.
func (s *smtpSession) Logout() error { return nil }

// smtpDialect is SMTP after the login.
type smtpDialect struct {
	*relay
	verb string
	data bool // lines are a message's, up to the one with the dot
	mute int  // so many replies answer what we asked, not the client
}

func newSMTPRelay(s *session, email string) *relay {
	r := newRelay(s, email)
	// go-smtp takes no mail before it was greeted; the client has done so.
	r.pending = []byte("EHLO client.invalid\r\n")
	r.dialect = &smtpDialect{relay: r, mute: 2}
	return r
}

func (d *smtpDialect) command(line []byte) ([]byte, error) {
	text := string(bytes.TrimRight(line, "\r\n"))
	if d.data {
		d.data = text != "."
		return line, nil
	}
	verb, args := smtpWords(text)
	d.verb = verb
	point := ""
	switch verb {
	case "EHLO", "HELO": // begins anew, as RSET does
		d.mute++
		return []byte("RSET\r\n"), d.smtpHello(verb)
	case "AUTH":
		return nil, d.say("503 5.5.1 Already authenticated. " + d.gsmtp())
	case "STARTTLS":
		return nil, d.say("502 5.5.1 Unrecognized command. " + d.gsmtp())
	case "QUIT":
		_ = d.smtpQuit() // whether or not it is heard
		return nil, errEnd
	case "BDAT":
		size, _, _ := strings.Cut(args, " ")
		d.body, _ = strconv.ParseInt(size, 10, 64) // what is no number, the library refuses
	case "MAIL":
		point = scenario.SMTPMail
	case "DATA":
		point = scenario.SMTPData
	}
	if point != "" {
		if done, err := d.play(d.servers.at(point)); done || err != nil {
			return nil, err
		}
	}
	return line, nil
}

func (d *smtpDialect) reply(line []byte) []byte {
	last := len(line) > 3 && line[3] == ' '
	if d.mute > 0 {
		if last {
			d.mute--
		}
		return nil
	}
	said := string(bytes.TrimRight(line, "\r\n"))
	switch code := said[:min(3, len(said))]; {
	case code == "354":
		d.data = true
		said = "354 Go ahead"
	case code != "250": // its own words will do
	case d.verb == "MAIL":
		said = "250 2.1.0 OK"
	case d.verb == "RCPT":
		said = "250 2.1.5 OK"
	case d.verb == "RSET":
		said = "250 2.1.5 Flushed"
	case d.verb == "DATA" || d.verb == "BDAT" && strings.Contains(said, "queued"):
		said = fmt.Sprint("250 2.0.0 OK  ", d.servers.options.Now().Unix())
	default:
		said = "250 2.0.0 OK"
	}
	if last {
		said += " " + d.gsmtp()
	}
	return []byte(said + "\r\n")
}
