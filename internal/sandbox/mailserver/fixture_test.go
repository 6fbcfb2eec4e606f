package mailserver

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
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &authority{cert, key, pool}
}

func (a *authority) issue(t testing.TB, expires time.Time, names ...string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test leaf"},
		NotBefore: expires.Add(-24 * time.Hour), NotAfter: expires,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

const email = "office@example.com"

// token is good for the mailbox in its name; "unscoped-…" lacks the mail scope.
func token(address string) string { return "ya29." + address }

func tokens(access string) (string, []string, bool) {
	if address, ok := strings.CutPrefix(access, "ya29."); ok {
		return address, []string{"openid", google.MailScope()}, true
	}
	address, ok := strings.CutPrefix(access, "unscoped-")
	return address, []string{"openid"}, ok
}

// world is running servers and a client's view of them.
type world struct {
	*Servers
	client    *tls.Config
	scenarios *scenario.Set
}

func start(t testing.TB, effects ...scenario.Effect) *world {
	t.Helper()
	ca := newAuthority(t)
	later := time.Now().Add(time.Hour)
	set := &scenario.Set{}
	if len(effects) > 0 {
		set.Use(scenario.Scenario{Name: "test", Effects: effects})
	}
	s, err := Start(Options{
		TLS: &tls.Config{Certificates: []tls.Certificate{*ca.issue(t, later, "127.0.0.1")}},
		Certificates: func(kind string) (*tls.Certificate, error) {
			switch kind {
			case "expired":
				return ca.issue(t, time.Now().Add(-time.Hour), "127.0.0.1"), nil
			case "wrong-name":
				return ca.issue(t, later, "other.example.com"), nil
			case "unknown-ca":
				return newAuthority(t).issue(t, later, "127.0.0.1"), nil
			}
			return nil, fmt.Errorf("no certificate is called %q", kind)
		},
		Scenarios: set,
		Tokens:    tokens,
		Now:       func() time.Time { return time.Unix(1_800_000_000, 0) },
	})
	if err != nil {
		t.Fatalf("Start() = %v", err)
	}
	t.Cleanup(s.Close)
	return &world{s, &tls.Config{RootCAs: ca.pool, ServerName: "127.0.0.1"}, set}
}

// dialRaw opens a connection that fails rather than waits for ever.
func (w *world) dialRaw(t testing.TB, server google.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", server.Addr())
	if err != nil {
		t.Fatalf("dial %s: %v", server.Addr(), err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// dial opens a connection with TLS, unless it starts without.
func (w *world) dial(t testing.TB, server google.Server) *line {
	t.Helper()
	conn := w.dialRaw(t, server)
	if server.TLS == google.Implicit {
		conn = tls.Client(conn, w.client)
	}
	return &line{t: t, conn: conn, r: bufio.NewReader(conn), w: w}
}

// line is a client that speaks and hears single lines.
type line struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
	w    *world
	said string // last
}

func (l *line) say(text string) {
	l.t.Helper()
	l.said = text
	if _, err := l.conn.Write([]byte(text + "\r\n")); err != nil {
		l.t.Fatalf("write %q: %v", text, err)
	}
}

func (l *line) hear() string {
	l.t.Helper()
	text, err := l.r.ReadString('\n')
	if err != nil {
		l.t.Fatalf("read after %q: %q, %v", l.said, text, err)
	}
	bare, ok := strings.CutSuffix(text, "\r\n")
	if !ok {
		l.t.Errorf("read %q, want CRLF at its end", text)
	}
	return bare
}

func (l *line) starttls() {
	l.t.Helper()
	conn := tls.Client(l.conn, l.w.client)
	if err := conn.Handshake(); err != nil {
		l.t.Fatalf("handshake: %v", err)
	}
	l.conn, l.r = conn, bufio.NewReader(conn)
}

// ended checks that the server has closed the connection.
func (l *line) ended() {
	l.t.Helper()
	if text, err := l.r.ReadString('\n'); err == nil || text != "" {
		l.t.Errorf("read %q, %v; want the end of the connection", text, err)
	}
}

// talk carries a dialogue out: "C: " is said, "S: " must be heard, "TLS" is the
// handshake, "END" the end. № stands for a session's identifier, … for anything.
func (l *line) talk(dialogue string) {
	l.t.Helper()
	for row := range strings.SplitSeq(strings.TrimSpace(dialogue), "\n") {
		row = strings.TrimLeft(row, "\t ")
		want, server := strings.CutPrefix(row, "S: ")
		switch {
		case row == "TLS":
			l.starttls()
		case row == "END":
			l.ended()
		case row == "C:":
			l.say("")
		case server:
			if got := l.hear(); !matches(want, got) {
				l.t.Fatalf("heard %q\n want %q", got, want)
			}
		default:
			l.say(strings.TrimPrefix(row, "C: "))
		}
	}
}

func matches(want, got string) bool {
	pattern := regexp.QuoteMeta(want)
	pattern = strings.NewReplacer("№", `[0-9a-f]+mb[0-9]+`, "…", ".*").Replace(pattern)
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func xoauth2Of(address, access string) string {
	return b64("user=" + address + "\x01auth=Bearer " + access + "\x01\x01")
}

func oauthbearer(address, access string) string {
	return b64("n,a=" + address + ",\x01host=127.0.0.1\x01port=1\x01auth=Bearer " + access + "\x01\x01")
}

const (
	xoauth2Challenge     = "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ=="
	oauthbearerChallenge = "eyJzdGF0dXMiOiJpbnZhbGlkX3JlcXVlc3QiLCJzY29wZSI6Imh0dHBzOi8vbWFpbC5nb29nbGUuY29tLyJ9"
)
