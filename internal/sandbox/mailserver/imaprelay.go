package mailserver

import (
	"bytes"
	"io"
	"log"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"gmailoauth/internal/sandbox/scenario"
)

// imapLibraryCapabilities are what go-imap's server really does after the login.
const imapLibraryCapabilities = "IMAP4rev1 UNSELECT IDLE NAMESPACE ID UIDPLUS ENABLE MOVE ESEARCH UTF8=ACCEPT LITERAL-"

// imapSession is a logged-in session as go-imap's server wants it.
type imapSession struct {
	*imapmemserver.UserSession
	leave func()
}

// Close leaves the mailbox.
func (s *imapSession) Close() error {
	defer s.leave()
	return s.UserSession.Close()
}

// Login is refused: nobody comes here without one.
func (s *imapSession) Login(string, string) error { return imapserver.ErrAuthFailed }

func newIMAPLibrary(o *office) *library {
	server := imapserver.New(&imapserver.Options{
		NewSession: func(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			email := c.NetConn().(*relay).email
			return &imapSession{
				UserSession: imapmemserver.NewUserSession(o.open(email)),
				leave:       func() { o.close(email) },
			}, &imapserver.GreetingData{PreAuth: true}, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {},
			imap.CapESearch: {}, imap.CapMove: {},
		},
		Logger: log.New(io.Discard, "", 0),
	})
	return newLibrary(server.Serve, func() { _ = server.Close() })
}

// imapDialect is IMAP after the login.
type imapDialect struct {
	*relay
	verb, args string
	greeted    bool  // the library's own greeting is not the client's business
	continued  bool  // the next line goes on with a command, behind a literal
	awaited    int64 // size of the literal for which the library must ask first
}

func newIMAPRelay(s *session, email string) *relay {
	r := newRelay(s, email)
	r.dialect = &imapDialect{relay: r}
	return r
}

func (d *imapDialect) command(line []byte) ([]byte, error) {
	text := string(bytes.TrimRight(line, "\r\n"))
	if d.continued {
		d.continued = false
		d.announce(text)
		return line, nil
	}
	d.tag, d.verb, d.args = imapWords(text)
	switch d.verb {
	case "SELECT", "EXAMINE":
		if done, err := d.play(d.servers.at(scenario.IMAPExamine)); done || err != nil {
			return nil, err
		}
	case "CAPABILITY":
		return nil, d.say("* CAPABILITY "+imapLibraryCapabilities, d.tag+" OK Success")
	case "ID":
		return nil, d.say(imapID, d.tag+" OK Success")
	case "LOGOUT":
		_ = d.imapLogout() // whether or not it is heard
		return nil, errEnd
	}
	d.announce(text)
	return line, nil
}

// announce looks for a literal at the end of a line.
func (d *imapDialect) announce(text string) {
	m := literal().FindStringSubmatch(text)
	if m == nil {
		return
	}
	n, _ := strconv.ParseInt(m[1], 10, 64) // ten digits
	d.continued = true
	if m[2] == "+" {
		d.body = n
	} else {
		d.awaited = n
	}
}

func (d *imapDialect) reply(line []byte) []byte {
	switch {
	case !d.greeted:
		d.greeted = true
		return nil
	case d.awaited > 0 && bytes.HasPrefix(line, []byte("+ ")):
		d.body, d.awaited = d.awaited, 0
	case d.awaited > 0 && bytes.HasPrefix(line, []byte(d.tag+" ")): // it does not want the literal
		d.awaited, d.continued = 0, false
	case d.verb == "SELECT" || d.verb == "EXAMINE":
		name := strings.Trim(d.args, `"`)
		return bytes.Replace(line, []byte(d.verb+" completed"), []byte(name+" selected. (Success)"), 1)
	}
	return line
}
