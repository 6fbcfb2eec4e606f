// Package authserver is the OAuth half of the Gmail look-alike: the pages on
// which an admin makes a client and consents, and the endpoints at which
// programs get, look at and withdraw tokens.
//
// It speaks in Google's words and refuses in Google's order. Everything is kept
// in memory and ends with the program. It is a toy by intent: whoever reaches
// it may consent for any address, so it answers on loopback only.
//
// Whatever it is to do besides, it is told by a scenario: see package scenario.
package authserver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
)

// Options of a Server.
type Options struct {
	// Base is where programs reach the server, without a slash at the end; it is
	// also the issuer.
	Base string
	// Scenarios that are on; asked at each point.
	Scenarios *scenario.Set
	// Now is the clock: lifetimes are counted by it.
	Now func() time.Time
	// Publishing is the state of a new project: Production if it is Unknown.
	Publishing account.Publishing
	// Mint makes a new secret of a kind, as AccessToken: nil for Google's shape.
	Mint func(kind string) string
}

// Server is an http.Handler. Any goroutine may use it.
type Server struct {
	base       string
	scenarios  *scenario.Set
	now        func() time.Time
	publishing account.Publishing
	mint       func(kind string) string
	key        *ecdsa.PrivateKey // signs ID tokens; thrown away at the end
	mux        *http.ServeMux

	mu     sync.Mutex
	state  ledger
	cloud  cloud
	closed chan struct{}
	close  sync.Once
}

// New makes a server without clients and grants.
func New(o Options) (*Server, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of ID tokens: %w", err)
	}
	if o.Publishing == account.Unknown {
		o.Publishing = account.Production
	}
	if o.Scenarios == nil {
		o.Scenarios = new(scenario.Set)
	}
	if o.Mint == nil {
		o.Mint = googleShape
	}
	s := &Server{
		base: o.Base, scenarios: o.Scenarios, now: o.Now, publishing: o.Publishing, mint: o.Mint,
		key: key, mux: http.NewServeMux(), state: newLedger(), cloud: newCloud(), closed: make(chan struct{}),
	}
	s.route()
	return s, nil
}

func (s *Server) route() {
	handle := func(pattern string, h func(*http.Request) answer) {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { h(r).write(w) })
	}
	handle("GET /auth", s.authorize)
	handle("GET "+errorPath, s.errorPage)
	handle("GET "+identifierPath, s.identifierPage)
	handle("POST "+identifierPath, s.chooseAccount)
	handle("GET "+consentPath, s.consentPage)
	handle("POST "+consentPath, s.decide)

	s.mux.HandleFunc("POST /token", s.tokenEndpoint)
	s.mux.HandleFunc("POST /token/revocation", s.played(scenario.Revoke, s.revoke))
	s.mux.HandleFunc("/tokeninfo", s.played(scenario.Tokeninfo, s.tokeninfo))
	s.mux.HandleFunc("/me", s.played(scenario.Userinfo, s.userinfo))
	s.mux.HandleFunc("GET /gmail/v1/users/me/profile", s.played(scenario.GmailProfile, s.gmailProfile))
	s.mux.HandleFunc("/introspect", s.played(scenario.Introspect, s.introspect))
	s.routeConsole(handle)
	s.routeCloud()
	s.routeIAM()
	s.routeFederation()
}

// ServeHTTP answers requests that name a loopback host, and refuses others: a
// page elsewhere must not reach us under a name of its own.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !loopbackHost(r.Host) {
		http.Error(w, "This look-alike answers on this machine only.", http.StatusMisdirectedRequest)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	s.mux.ServeHTTP(w, r)
}

// Close ends answers that a scenario holds back. It does not stop whoever serves.
func (s *Server) Close() { s.close.Do(func() { close(s.closed) }) }

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// held waits for a time that a scenario asks for; false if the asker left or
// the server ends meanwhile.
func (s *Server) held(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.closed:
	}
	return false
}
