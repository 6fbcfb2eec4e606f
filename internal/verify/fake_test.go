package verify

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/google"
)

// The servers of this file are strict: they read raw lines, refuse what Gmail
// or Dovecot would refuse, and say what they are told to.

const (
	mailbox   = "office@example.com"
	goodToken = "ya29.good-token-of-the-office-that-is-long-enough"
	badToken  = "ya29.dead-token-of-the-office-that-is-long-enough"

	challengeXOAUTH2 = `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`
	challengeOAUTH   = `{"status":"invalid_request","scope":"https://mail.google.com/"}`
)

type certificates struct{ server, client *tls.Config }

var trusted = sync.OnceValue(func() certificates {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "fake"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return certificates{
		server: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		client: &tls.Config{RootCAs: roots},
	}
})

// peer is the server's end of one connection. Its methods end the handler's
// goroutine when the connection is gone.
type peer struct {
	net.Conn
	br *bufio.Reader
}

type gone struct{}

func (p *peer) say(lines ...string) {
	for _, line := range lines {
		p.raw(line + "\r\n")
	}
}

func (p *peer) raw(text string) {
	if _, err := p.Write([]byte(text)); err != nil {
		panic(gone{})
	}
}

func (p *peer) hear() string {
	line, err := p.br.ReadString('\n')
	if err != nil {
		panic(gone{})
	}
	return strings.TrimSuffix(line, "\r\n")
}

// hang keeps the connection and says nothing more.
func (p *peer) hang() {
	for {
		p.hear()
	}
}

func (p *peer) cut() { _ = p.Close(); panic(gone{}) }

func (p *peer) startTLS(config *tls.Config) {
	secure := tls.Server(p.Conn, config)
	p.Conn, p.br = secure, bufio.NewReader(secure)
}

// serve runs handler for each connection until the test ends.
func serve(t testing.TB, mode string, handler func(p *peer)) google.Server {
	return serveTLS(t, mode, trusted().server, handler)
}

func serveTLS(t testing.TB, mode string, config *tls.Config, handler func(p *peer)) google.Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	conns := map[net.Conn]bool{}
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns[conn] = true
			mu.Unlock()
			wg.Go(func() {
				defer func() {
					_ = conn.Close()
					mu.Lock()
					delete(conns, conn)
					mu.Unlock()
					if v := recover(); v != nil && v != (gone{}) {
						panic(v)
					}
				}()
				p := &peer{Conn: conn, br: bufio.NewReader(conn)}
				if mode == google.Implicit && config != nil {
					p.startTLS(config)
				}
				handler(p)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	address := listener.Addr().(*net.TCPAddr)
	return google.Server{Host: "127.0.0.1", Port: address.Port, TLS: mode}
}

// script is what a fake says instead of the usual, by the command it answers.
// rest is what stands after the command; for IMAP, tag is the command's.
type script map[string]func(p *peer, tag, rest string)

func (s script) play(p *peer, at, tag, rest string) bool {
	if do, ok := s[at]; ok {
		do(p, tag, rest)
		return true
	}
	return false
}

// says is a script's line or lines.
func says(lines ...string) func(p *peer, tag, rest string) {
	return func(p *peer, tag, _ string) {
		for _, line := range lines {
			p.say(strings.ReplaceAll(line, "{tag}", tag))
		}
	}
}

// verdictOn is good for goodToken in either mechanism, byte for byte.
func verdictOn(mechanism, encoded, host string, port int) (good, wellFormed bool) {
	if strings.ContainsAny(encoded, " \r\n") {
		return false, false
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return false, false
	}
	switch mechanism {
	case "XOAUTH2":
		return string(text) == "user="+mailbox+"\x01auth=Bearer "+goodToken+"\x01\x01", true
	case "OAUTHBEARER":
		return string(text) == fmt.Sprintf("n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01", mailbox, host, port, goodToken), true
	}
	return false, false
}

func challengeOf(mechanism string) string {
	if mechanism == "OAUTHBEARER" {
		return base64.StdEncoding.EncodeToString([]byte(challengeOAUTH))
	}
	return base64.StdEncoding.EncodeToString([]byte(challengeXOAUTH2))
}

// dummyOf is the one answer to the challenge that is right.
func dummyOf(mechanism string) string {
	if mechanism == "OAUTHBEARER" {
		return "AQ=="
	}
	return ""
}

func (p *peer) address() (host string, port int) {
	a := p.LocalAddr().(*net.TCPAddr)
	return a.IP.String(), a.Port
}

// fakeIMAP is Gmail over IMAP, in raw lines.
func fakeIMAP(s script) func(p *peer) {
	return func(p *peer) {
		if !s.play(p, "greeting", "", "") {
			p.say("* OK Gimap ready for requests from 127.0.0.1 a640c23a62f3a123456789")
		}
		for {
			tag, command, rest := cutCommand(p.hear())
			if s.play(p, command, tag, rest) {
				continue
			}
			switch command {
			case "STARTTLS":
				p.say(tag + " OK begin TLS")
				p.startTLS(trusted().server)
			case "CAPABILITY":
				p.say("* CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 AUTH=PLAIN AUTH=OAUTHBEARER",
					tag+" OK Thats all she wrote! a640c23a62f3a123456789")
			case "AUTHENTICATE":
				p.authenticateIMAP(s, tag, rest)
			case "EXAMINE":
				p.say("* FLAGS (\\Answered \\Seen)", "* 12481 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 1] UIDs valid.",
					tag+" OK [READ-ONLY] INBOX selected. (Success)")
			case "NOOP":
				p.say(tag + " OK Success")
			case "LOGOUT":
				p.say("* BYE LOGOUT Requested", tag+" OK 73 good day (Success)")
				return
			default:
				p.say(tag + " BAD Unknown command")
			}
		}
	}
}

func (p *peer) authenticateIMAP(s script, tag, rest string) {
	mechanism, initial, inline := strings.Cut(rest, " ")
	if !inline {
		p.say("+ ")
		initial = p.hear()
	}
	host, port := p.address()
	good, wellFormed := verdictOn(mechanism, initial, host, port)
	switch {
	case !wellFormed:
		p.say(tag + " BAD Invalid SASL argument.")
	case good:
		p.say("* CAPABILITY IMAP4rev1 UNSELECT IDLE SASL-IR UIDPLUS", tag+" OK "+mailbox+" authenticated (Success)")
	default:
		p.say("+ " + challengeOf(mechanism))
		if got := p.hear(); got != dummyOf(mechanism) {
			p.say(tag + " BAD Invalid base64 data in continued response")
			return
		}
		if !s.play(p, "verdict", tag, "") {
			p.say(tag + " NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")
		}
	}
}

func cutCommand(line string) (tag, command, rest string) {
	tag, command, _ = strings.Cut(line, " ")
	command, rest, _ = strings.Cut(command, " ")
	return tag, strings.ToUpper(command), rest
}

// fakeSMTP is Gmail over SMTP. Mail is taken into inbox, if there is one.
func fakeSMTP(s script, implicit bool, inbox *inbox) func(p *peer) {
	return func(p *peer) {
		secure := implicit
		if !s.play(p, "greeting", "", "") {
			p.say("220 smtp.gmail.com ESMTP a640c23a62f3a-123456789 - gsmtp")
		}
		for {
			command, rest, _ := strings.Cut(p.hear(), " ")
			if s.play(p, command, "", rest) {
				continue
			}
			switch command {
			case "EHLO":
				p.say("250-smtp.gmail.com at your service, [127.0.0.1]", "250-SIZE 35882577", "250-8BITMIME")
				if secure {
					p.say("250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER")
				} else {
					p.say("250-STARTTLS")
				}
				p.say("250 SMTPUTF8")
			case "STARTTLS":
				p.say("220 2.0.0 Ready to start TLS")
				p.startTLS(trusted().server)
				secure = true
			case "AUTH":
				p.authSMTP(s, rest)
			case "MAIL", "RCPT":
				p.say("250 2.1.0 OK a640c23a62f3a-123456789 - gsmtp")
			case "DATA":
				p.say("354 Go ahead")
				inbox.take(p)
				p.say("250 2.0.0 OK 1790000000 a640c23a62f3a-123456789 - gsmtp")
			case "QUIT":
				p.say("221 2.0.0 closing connection")
				return
			default:
				p.say("502 5.5.1 Unrecognized command")
			}
		}
	}
}

func (p *peer) authSMTP(s script, rest string) {
	mechanism, initial, inline := strings.Cut(rest, " ")
	if !inline {
		p.say("334 ")
		initial = p.hear()
	}
	host, port := p.address()
	good, wellFormed := verdictOn(mechanism, initial, host, port)
	switch {
	case !wellFormed:
		p.say("501 5.5.2 Cannot Decode response")
	case good:
		p.say("235 2.7.0 Accepted")
	default:
		p.say("334 " + challengeOf(mechanism))
		if got := p.hear(); got != dummyOf(mechanism) {
			p.say("501 5.5.2 Cannot Decode response")
			return
		}
		if !s.play(p, "verdict", "", "") {
			p.say("535-5.7.8 Username and Password not accepted. For more information, go to",
				"535 5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a-123456789 - gsmtp")
		}
	}
}

// fakePOP3 is Gmail over POP3; it takes the token in the line of AUTH, or after it.
func fakePOP3(s script) func(p *peer) {
	return func(p *peer) {
		if !s.play(p, "greeting", "", "") {
			p.say("+OK Gpop ready for requests from 127.0.0.1 a640c23a62f3a123456789")
		}
		for {
			line := p.hear()
			if len(line) > inlineMost-2 {
				p.say("-ERR line too long")
				continue
			}
			command, rest, _ := strings.Cut(line, " ")
			if s.play(p, command, "", rest) {
				continue
			}
			switch command {
			case "STLS":
				p.say("+OK begin TLS")
				p.startTLS(trusted().server)
			case "AUTH":
				p.authPOP3(s, rest)
			case "STAT":
				p.say("+OK 3 1024")
			case "QUIT":
				p.say("+OK Farewell.")
				return
			default:
				p.say("-ERR bad command")
			}
		}
	}
}

func (p *peer) authPOP3(s script, rest string) {
	mechanism, initial, inline := strings.Cut(rest, " ")
	if !inline {
		p.say("+ ")
		if initial = p.hear(); initial == "*" {
			p.say("-ERR cancelled")
			return
		}
	}
	host, port := p.address()
	good, wellFormed := verdictOn(mechanism, initial, host, port)
	switch {
	case !wellFormed:
		p.say("-ERR malformed")
	case good:
		p.say("+OK Welcome.")
	default:
		p.say("+ " + challengeOf(mechanism))
		if got := p.hear(); got != dummyOf(mechanism) {
			p.say("-ERR bad answer")
			return
		}
		if !s.play(p, "verdict", "", "") {
			p.say("-ERR [AUTH] Username and password not accepted.")
		}
	}
}

// inbox is what SMTP took in and IMAP can find.
type inbox struct {
	mu  sync.Mutex
	ids []string
}

func (b *inbox) take(p *peer) {
	for {
		line := p.hear()
		if line == "." {
			return
		}
		if id, ok := strings.CutPrefix(line, "Message-ID: "); ok && b != nil {
			b.mu.Lock()
			b.ids = append(b.ids, id)
			b.mu.Unlock()
		}
	}
}

// search answers UID SEARCH HEADER after so many vain looks.
func (b *inbox) search(vain int) func(p *peer, tag, rest string) {
	return func(p *peer, tag, rest string) {
		b.mu.Lock()
		found := ""
		if vain--; vain < 0 {
			for _, id := range b.ids {
				if strings.Contains(rest, id) {
					found = " 77"
				}
			}
		}
		b.mu.Unlock()
		p.say("* SEARCH"+found, tag+" OK SEARCH completed (Success)")
	}
}
