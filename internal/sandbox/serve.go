package sandbox

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/sandbox/scenario"
)

// tlsConfig is that of the OAuth server. A scenario may change each handshake.
func (s *Sandbox) tlsConfig(leaf *tls.Certificate) *tls.Config {
	good := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*leaf}, NextProtos: []string{"h2", "http/1.1"}}
	config := good.Clone()
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		effect := s.scenarios.At(scenario.OAuthTLS)
		if effect == nil {
			return good, nil
		}
		other := good.Clone()
		if effect.Certificate == "old" {
			other.MinVersion, other.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 // the very thing to be refused
			return other, nil
		}
		certificate, err := s.ca.bad(effect.Certificate)
		if err != nil {
			return nil, err
		}
		other.Certificates = []tls.Certificate{*certificate}
		return other, nil
	}
	return config
}

func (s *Sandbox) serve(ln net.Listener) {
	server := &http.Server{
		Handler: s.auth, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog:  log.New(io.Discard, "", 0), // a client that mistrusts us is no news
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
		ConnState: s.web.note,
	}
	s.servers = append(s.servers, server)
	s.tasks.Go(func() { _ = server.Serve(ln) })
}

// closeUnserved closes a listener that Start did not come to use.
func (s *Sandbox) closeUnserved(ln net.Listener) {
	if len(s.servers) == 0 {
		_ = ln.Close()
	}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func listen(port int) (net.Listener, error) {
	ln, err := net.Listen("tcp4", address(port)) //nolint:noctx // binding to loopback does not wait
	if err != nil {
		symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "port-unavailable", Err: err}
		return nil, symptom.With("flag", "--port", "host", "127.0.0.1", "port", strconv.Itoa(port))
	}
	return ln, nil
}
