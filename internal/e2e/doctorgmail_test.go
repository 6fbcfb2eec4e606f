//go:build e2e

package e2e

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"gmailoauth/internal/google"
)

// googleNames are the hosts that doctor looks at.
func googleNames() []string {
	p := google.Gmail()
	names := []string{p.IMAP.Host, p.SMTP[0].Host, p.POP3.Host}
	for _, address := range []string{p.TokenEndpoint, p.UserinfoEndpoint} {
		if u, err := url.Parse(address); err == nil {
			names = append(names, u.Hostname())
		}
	}
	return names
}

// serve starts what looks like Gmail from outside, on all addresses of the
// machine, and gives the authorities that the machine knows.
func (s scene) serve(names []string) ([]byte, error) {
	signer := s.authority
	if signer == "" {
		signer = google.Known().Certificates["authority"].Value
	}
	config, ca, err := certified(signer, names)
	if err != nil {
		return nil, err
	}
	p := google.Gmail()
	greetings := map[int]string{p.IMAP.Port: "* OK Gimap ready\r\n", p.SMTP[0].Port: "220 ESMTP ready\r\n", p.SMTP[1].Port: "220 ESMTP ready\r\n", p.POP3.Port: "+OK Gpop ready\r\n"}
	for port, greeting := range greetings {
		if port == s.silent {
			if err := unaccepted(port); err != nil {
				return nil, err
			}
			continue
		}
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			return nil, err
		}
		go eachConn(listener, func(conn net.Conn) {
			if port == p.SMTP[1].Port {
				s.submission(conn, config, greeting)
				return
			}
			secure := tls.Server(conn, config)
			_, _ = io.WriteString(secure, greeting)
			_, _ = io.Copy(io.Discard, secure)
		})
	}
	web := &http.Server{TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-s.behind).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusNotFound)
	})}
	listener, err := net.Listen("tcp", ":443")
	if err != nil {
		return nil, err
	}
	go func() { _ = web.ServeTLS(listener, "", "") }()
	if s.proxy {
		if err := interceptor(); err != nil {
			return nil, err
		}
	}
	if s.distrust {
		_, ca, err = certified("Somebody Else", names)
	}
	return ca, err
}

// submission is SMTP with STARTTLS, or without it.
func (s scene) submission(conn net.Conn, config *tls.Config, greeting string) {
	_, _ = io.WriteString(conn, greeting)
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		switch {
		case err != nil:
			return
		case strings.HasPrefix(line, "EHLO") && s.plain:
			_, _ = io.WriteString(conn, "250-here\r\n250 8BITMIME\r\n")
		case strings.HasPrefix(line, "EHLO"):
			_, _ = io.WriteString(conn, "250-here\r\n250 STARTTLS\r\n")
		case strings.HasPrefix(line, "STARTTLS"):
			_, _ = io.WriteString(conn, "220 go ahead\r\n")
			_, _ = io.Copy(io.Discard, tls.Server(conn, config))
			return
		}
	}
}

func eachConn(listener net.Listener, do func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			do(conn)
		}()
	}
}

// unaccepted opens a port whose callers wait in the queue for ever.
func unaccepted(port int) error {
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet6{Port: port}); err != nil {
		return err
	}
	return syscall.Listen(fd, 16)
}

// interceptor is a proxy that leads every connection to the machine's own port
// 443: whoever answers there answers in place of all.
func interceptor() error {
	listener, err := net.Listen("tcp", "127.0.0.1:3128")
	if err != nil {
		return err
	}
	go eachConn(listener, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		inside, err := net.Dial("tcp", "127.0.0.1:443")
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(inside, in); _ = inside.Close() }()
		_, _ = io.Copy(conn, inside)
	})
	return nil
}

// certified makes an authority and a certificate of it for all names.
func certified(organisation string, names []string) (*tls.Config, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "A1", Organization: []string{organisation}},
		NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: names, NotBefore: from, NotAfter: to},
		authority, key.Public(), key)
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf}, PrivateKey: key}}}
	return config, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), err
}
