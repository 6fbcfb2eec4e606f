package mailserver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	maxLine = 64 << 10        // longer command lines end the session
	linger  = 1 * time.Second // for the last words to be read
)

// errLineTooLong is a command line of more than maxLine bytes.
var errLineTooLong = errors.New("command line too long")

// session is one client's connection. One goroutine uses it; after the login
// that is the library's.
type session struct {
	*wire
	raw     *net.TCPConn
	secured *tls.Conn // nil before TLS
	entered bool      // TLS is behind us, or a scenario has left it out
	lines   *bufio.Reader
	servers *Servers
	id      string
	tag     string // of the IMAP command being answered
	sent    string // the SASL string that came last
}

func newSession(s *Servers, raw *net.TCPConn) *session {
	return &session{
		wire:    newWire(raw, s.pause),
		raw:     raw,
		lines:   bufio.NewReader(raw),
		servers: s,
		id:      sessionID(rand.Uint64()),
	}
}

// secure shakes hands over TLS, in the way that the scenarios at point want.
// What the client sent in plain text and too early is forgotten, as RFC 3207
// section 4.2 demands.
func (s *session) secure(point string) error {
	s.lines.Reset(s.raw)
	effect := s.servers.at(point)
	settled, err := s.play(effect)
	if err != nil {
		return err
	}
	if settled {
		return errEnd
	}
	config := s.servers.options.TLS // itself: a clone would have ticket keys of its own, and no session could be taken up
	if effect != nil && effect.Certificate != "" {
		config = config.Clone()
		switch effect.Certificate {
		case "none":
			s.entered = true
			return nil
		case "old":
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		default:
			if s.servers.options.Certificates == nil {
				return errEnd
			}
			certificate, err := s.servers.options.Certificates(effect.Certificate)
			if err != nil {
				return err
			}
			config.GetCertificate, config.GetConfigForClient = nil, nil
			config.Certificates = []tls.Certificate{*certificate}
		}
	}
	conn := tls.Server(s.wire, config)
	if err := conn.HandshakeContext(s.servers.ctx); err != nil {
		return err
	}
	s.spoil(0, 0)
	s.secured, s.entered = conn, true
	s.wire = newWire(conn, s.servers.pause)
	s.lines = bufio.NewReader(conn)
	return nil
}

// finish ends the connection so that what was said last still arrives: closing
// while the client's bytes are unread would make the system throw it away. A
// line that was cut gets no farewell of TLS.
func (s *session) finish() {
	_ = s.raw.SetDeadline(time.Time{})
	abort := time.AfterFunc(linger, func() { _ = s.raw.Close() })
	defer abort.Stop()
	if s.secured != nil && !s.isCut() {
		_ = s.secured.CloseWrite()
	}
	if s.raw.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, s.raw)
	}
	_ = s.raw.Close()
}

// readLine reads a line and gives it with its end.
func (s *session) readLine() ([]byte, error) {
	if s.isCut() {
		return nil, errEnd
	}
	var line []byte
	for {
		part, err := s.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, errLineTooLong
		case err == nil:
			s.spoil(0, 0)
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// command reads a line without its end.
func (s *session) command() (string, error) {
	line, err := s.readLine()
	return string(bytes.TrimRight(line, "\r\n")), err
}

// say speaks lines, all at once.
func (s *session) say(lines ...string) error {
	_, err := io.WriteString(s, strings.Join(lines, "\r\n")+"\r\n")
	return err
}

// serve leaves the session to a library, and returns when it is over.
func (s *session) serve(ctx context.Context, l *library, r *relay) error {
	select {
	case l.conns <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-r.closed
	return nil
}

// banner is the end of Gmail's greetings: whom it serves, and the session's id.
func (s *session) banner() string {
	host, _, _ := net.SplitHostPort(s.raw.RemoteAddr().String())
	return fmt.Sprintf("%s %s", host, s.id)
}

// sessionID makes an identifier of the shape that ends Gmail's lines.
func sessionID(n uint64) string {
	return strconv.FormatUint(n>>16, 16) + "mb" + strconv.FormatUint(n%1e9, 10)
}
