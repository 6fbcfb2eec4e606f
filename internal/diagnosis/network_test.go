package diagnosis_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
)

func TestNetworkNamesWhatWentWrong(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	errno := func(n syscall.Errno) error { return dial(os.NewSyscallError("connect", n)) }
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"no such name":            {dial(&net.DNSError{Err: "no such host", Name: "imap.example", IsNotFound: true}), "name-not-found"},
		"resolver silent":         {dial(&net.DNSError{Err: "i/o timeout", Name: "imap.example", IsTimeout: true}), "name-lookup-failed"},
		"refused":                 {errno(syscall.ECONNREFUSED), "connection-refused"},
		"refused, Windows":        {errno(10061), "connection-refused"},
		"no route":                {errno(syscall.EHOSTUNREACH), "unreachable"},
		"no network":              {errno(syscall.ENETUNREACH), "unreachable"},
		"kernel timeout":          {errno(syscall.ETIMEDOUT), "timed-out"},
		"context deadline":        {fmt.Errorf("read: %w", context.DeadlineExceeded), "timed-out"},
		"connection deadline":     {dial(os.ErrDeadlineExceeded), "timed-out"},
		"left":                    {fmt.Errorf("read: %w", context.Canceled), "cancelled"},
		"reset":                   {errno(syscall.ECONNRESET), "connection-cut"},
		"end":                     {io.EOF, "connection-cut"},
		"end in the middle":       {fmt.Errorf("read reply: %w", io.ErrUnexpectedEOF), "connection-cut"},
		"closed":                  {net.ErrClosed, "connection-cut"},
		"proxy":                   {&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errno(syscall.ECONNREFUSED)}, "proxy-failed"},
		"TLS alert":               {&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "tls-refused"},
		"TLS nonsense":            {errors.New("tls: oops"), "tls-failed"},
		"unknown":                 {errors.New("strange"), "network-failed"},
		"no certificate kept":     {x509.UnknownAuthorityError{}, "tls-unknown-authority"},
		"other certificate fault": {x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}, "tls-failed"},
	} {
		t.Run(name, func(t *testing.T) {
			got := diagnosis.Network(c.err, "imap.example:993")
			if got.Where != diagnosis.AtConnect || got.Code != c.code || (got.Text == "") != (c.code == "timed-out") {
				t.Errorf("Network = %s %s %q, want connect %s", got.Where, got.Code, got.Text, c.code)
			}
			if got.Endpoint != "imap.example:993" || got.Facts["host"] != "imap.example" || got.Facts["port"] != "993" {
				t.Errorf("Network: endpoint %q, facts %v, want host and port", got.Endpoint, got.Facts)
			}
			if !errors.Is(got, c.err) {
				t.Errorf("Network does not wrap the error")
			}
		})
	}
	if got := diagnosis.Network(nil, "x"); got != nil {
		t.Errorf("Network(nil) = %v, want nil", got)
	}
	inner := &diagnosis.Symptom{Where: diagnosis.AtIMAP}
	if got := diagnosis.Network(fmt.Errorf("x: %w", inner), "x"); got != inner {
		t.Errorf("Network of a Symptom = %v, want that Symptom", got)
	}
}

func TestNetworkKeepsNoQuery(t *testing.T) {
	err := &url.Error{Op: "Get", URL: "https://u:p@a.example/x?token=sentinel#f", Err: io.EOF}
	got := diagnosis.Network(err, "https://u:p@a.example/x?token=sentinel#f")
	if got.Endpoint != "https://a.example/x" || got.Facts["host"] != "a.example" || got.Facts["port"] != "443" {
		t.Errorf("Network: endpoint %q, facts %v, want address without query and user", got.Endpoint, got.Facts)
	}
	if shown := fmt.Sprintf("%v %v %v", got, got.Err, got.Facts); strings.Contains(shown, "sentinel") {
		t.Errorf("Network repeats the query: %s", shown)
	}
	long := diagnosis.Network(errors.New("a\nb"+strings.Repeat("x", 500)), "host-only")
	if !strings.HasPrefix(long.Text, "a b") || len(long.Text) > 310 || long.Facts["host"] != "host-only" {
		t.Errorf("Network: text %q, facts %v, want one short line", long.Text, long.Facts)
	}
}

// The words of crypto/tls are not promised: these connections are real.
func TestNetworkKnowsRealTLSFailures(t *testing.T) {
	now := time.Now()
	hour := time.Hour
	valid := certificate(t, now.Add(-hour), now.Add(hour), "localhost")
	for name, c := range map[string]struct {
		server func(net.Conn)
		client *tls.Config
		code   string
	}{
		"unknown authority": {serveTLS(&tls.Config{Certificates: []tls.Certificate{valid}}), &tls.Config{ServerName: "localhost", RootCAs: x509.NewCertPool()}, "tls-unknown-authority"},
		"expired":           trusting(t, certificate(t, now.Add(-2*hour), now.Add(-hour), "localhost"), "localhost", "tls-expired"),
		"not yet valid":     trusting(t, certificate(t, now.Add(hour), now.Add(2*hour), "localhost"), "localhost", "tls-not-yet-valid"),
		"wrong name":        trusting(t, valid, "other.example", "tls-wrong-name"),
		"too old": {serveTLS(&tls.Config{Certificates: []tls.Certificate{valid}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
			&tls.Config{ServerName: "localhost", MinVersion: tls.VersionTLS12}, "tls-too-old"},
		"no TLS": {func(conn net.Conn) { _, _ = conn.Write([]byte("* OK Gimap ready\r\n")) }, &tls.Config{ServerName: "localhost"}, "tls-not-tls"},
		"wants a certificate": {serveTLS(&tls.Config{Certificates: []tls.Certificate{valid}, MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}),
			&tls.Config{ServerName: "localhost", RootCAs: pool(valid)}, "tls-refused"},
		"hangs up": {func(net.Conn) {}, &tls.Config{ServerName: "localhost"}, "connection-cut"},
	} {
		t.Run(name, func(t *testing.T) {
			socket, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := socket.Accept()
				if err != nil {
					return
				}
				c.server(conn)
				_ = conn.Close()
			}()
			conn, err := net.Dial("tcp", socket.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			err = tls.Client(conn, c.client).HandshakeContext(t.Context())
			_ = conn.Close()
			_ = socket.Close()
			<-done
			if got := diagnosis.Network(err, socket.Addr().String()); got == nil || got.Code != c.code {
				t.Errorf("Network(%v) = %v, want %s", err, got, c.code)
			}
		})
	}
}

type tlsCase = struct {
	server func(net.Conn)
	client *tls.Config
	code   string
}

func trusting(t *testing.T, cert tls.Certificate, name, code string) tlsCase {
	t.Helper()
	return tlsCase{serveTLS(&tls.Config{Certificates: []tls.Certificate{cert}}), &tls.Config{ServerName: name, RootCAs: pool(cert)}, code}
}

func serveTLS(config *tls.Config) func(net.Conn) {
	return func(conn net.Conn) { _ = tls.Server(conn, config).Handshake() }
}

func pool(cert tls.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(cert.Leaf)
	return pool
}

func certificate(t *testing.T, from, to time.Time, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
