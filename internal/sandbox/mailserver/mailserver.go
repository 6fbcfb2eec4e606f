// Package mailserver is the mail half of the sandbox: IMAP, SMTP and POP3
// servers on loopback that speak in Gmail's own words, and refuse in them.
//
// Everything up to the login is spoken here, byte by byte, because that is what
// a login is judged by and what scenarios change. After the login IMAP and SMTP
// are carried on by go-imap's and go-smtp's servers, behind a [relay] through
// which scenarios still see every command; POP3, for which there is no library,
// is spoken here to its end.
//
// Any address has a mailbox. Only what was delivered to it outlives a session.
package mailserver

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// Options say what to serve.
type Options struct {
	TLS *tls.Config // with the sandbox's certificate
	// Certificates gives the certificate that a scenario asks for: expired,
	// wrong-name or unknown-ca. Without it such a handshake is cut.
	Certificates func(kind string) (*tls.Certificate, error)
	Scenarios    *scenario.Set // nil: always the good day
	// Tokens tells whom an access token speaks for. Any goroutine calls it.
	Tokens func(access string) (email string, scopes []string, ok bool)

	// Listen addresses, loopback only; empty for 127.0.0.1 and any free port.
	// SMTP has implicit TLS, Submission STARTTLS.
	IMAP, SMTP, Submission, POP3 string

	Now func() time.Time
}

// Servers are running servers, and where they are to be reached.
type Servers struct {
	IMAP, SMTP, Submission, POP3 google.Server

	options   Options
	office    *office
	mail      *library // go-imap's server
	transfer  *library // go-smtp's server
	ctx       context.Context
	cancel    context.CancelFunc
	listeners []net.Listener
	tasks     sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	ever  int
}

// Start starts the four servers. An address that is not loopback, or that
// cannot be had, is a *diagnosis.Symptom.
func Start(options Options) (*Servers, error) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Servers{
		options: options,
		office:  newOffice(options.Now),
		ctx:     ctx,
		cancel:  cancel,
		conns:   map[net.Conn]struct{}{},
	}
	s.mail, s.transfer = newIMAPLibrary(s.office), newSMTPLibrary(s.office)
	doors := []struct {
		address string
		server  *google.Server
		mode    string
		point   string
		speak   func(*session) error
	}{
		{options.IMAP, &s.IMAP, google.Implicit, scenario.IMAPTLS, (*session).imap},
		{options.SMTP, &s.SMTP, google.Implicit, scenario.SMTPTLS, (*session).smtp},
		{options.Submission, &s.Submission, google.STARTTLS, scenario.SMTPTLS, (*session).smtp},
		{options.POP3, &s.POP3, google.Implicit, scenario.POP3TLS, (*session).pop3},
	}
	for _, d := range doors {
		ln, err := listen(ctx, d.address)
		if err != nil {
			s.Close()
			return nil, err
		}
		at := ln.Addr().(*net.TCPAddr)
		*d.server = google.Server{Host: at.IP.String(), Port: at.Port, TLS: d.mode}
		s.listeners = append(s.listeners, ln)
		s.tasks.Go(func() {
			s.accept(ln, func(raw *net.TCPConn) error {
				v := newSession(s, raw)
				defer v.finish()
				if d.mode == google.Implicit {
					if err := v.secure(d.point); err != nil {
						return err
					}
				}
				return d.speak(v)
			})
		})
	}
	return s, nil
}

// Close stops the servers, cuts every connection and returns when no goroutine
// is left.
func (s *Servers) Close() {
	s.cancel()
	for _, ln := range s.listeners {
		_ = ln.Close()
	}
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.tasks.Wait()
	s.mail.close()
	s.transfer.close()
}

// at gives what is to happen at a point, or nil.
func (s *Servers) at(point string) *scenario.Effect {
	if s.options.Scenarios == nil {
		return nil
	}
	return s.options.Scenarios.At(point)
}

// good reports whether a token opens the mailbox of user where a login ends at a
// point, and gives the mailbox's own spelling. IMAP takes one more scope than the
// others.
func (s *Servers) good(point, user, token string) (email string, ok bool) {
	email, scopes, ok := s.options.Tokens(token)
	opens := slices.Contains(scopes, google.MailScope()) ||
		point == scenario.IMAPAuth && slices.Contains(scopes, google.Known().Scopes["imap-admin"].Value)
	return email, ok && strings.EqualFold(email, user) && opens
}
