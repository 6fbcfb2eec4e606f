// Package sandbox is a Gmail look-alike on this machine: an OAuth server with
// consent page and console, and IMAP, SMTP and POP3 servers that take its
// tokens, all on loopback and on TLS with a certificate authority of its own.
//
// It serves people who want to see the walk before they do it, programs that
// want to be tested without Google, and all of our tests. Any address has a
// mailbox. What is to go wrong is named by a scenario: see package scenario.
package sandbox

import (
	"context"
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/authserver"
	"gmailoauth/internal/sandbox/mailserver"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/secret"
)

// Options of a Sandbox. Ports are of 127.0.0.1; 0 is any free one.
type Options struct {
	// Dir gets provider.yaml and ca.pem and is made if need be. Empty: a folder
	// of the system's temporary ones, removed by Close.
	Dir string
	// Now is the clock of all servers.
	Now func() time.Time
	// Scenario names what goes wrong from the beginning.
	Scenario []string
	// Publishing is the state of new projects; Unknown is In production.
	Publishing account.Publishing
	// PlainPages makes the provider name an authorization endpoint without TLS,
	// so that a browser shows the consent page without a certificate warning. The
	// endpoints for programs keep TLS.
	PlainPages bool
	// Mint makes a new secret of a kind of authserver's; nil: of Google's shape.
	// Two of a kind must differ.
	Mint func(kind string) string

	Port, PagesPort, IMAPPort, SMTPPort, SubmissionPort, POP3Port int
}

// Sandbox is a running look-alike. Any goroutine may use it.
type Sandbox struct {
	dir        string
	temporary  bool
	ca         *authority
	auth       *authserver.Server
	mail       *mailserver.Servers
	scenarios  *scenario.Set
	provider   google.Provider
	console    string
	cloudToken secret.Text

	stop    func() bool // unties the sandbox from Start's context
	servers []*http.Server
	web     connections
	tasks   sync.WaitGroup
	closing sync.Once
}

// cloudAdmin owns the token of CloudTokenFile.
const cloudAdmin = "admin@example.com"

// Start starts all servers and writes the provider file. An unknown scenario
// and a port in use are a *diagnosis.Symptom at input. The sandbox runs until
// Close, or until ctx ends.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	chosen, err := named(o.Scenario)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{dir: o.Dir, scenarios: new(scenario.Set)}
	s.scenarios.Use(chosen...)
	if err := s.start(o); err != nil {
		s.Close()
		return nil, err
	}
	s.stop = context.AfterFunc(ctx, s.shutdown)
	return s, nil
}

func named(names []string) ([]scenario.Scenario, error) {
	if _, err := scenario.Load(); err != nil {
		return nil, err
	}
	var chosen []scenario.Scenario
	for _, name := range names {
		one, ok := scenario.Named(name)
		if !ok {
			symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "unknown-scenario"}
			if strings.ContainsFunc(name, notInScenario) {
				name = "" // not a name: perhaps a secret that was meant for another flag
			}
			return nil, symptom.With("flag", "--scenario", "value", name)
		}
		chosen = append(chosen, one)
	}
	return chosen, nil
}

func notInScenario(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }

func (s *Sandbox) start(o Options) error {
	if err := s.folder(); err != nil {
		return err
	}
	var err error
	if s.ca, err = newAuthority("gmailoauth sandbox", o.Now()); err != nil {
		return err
	}
	leaf, err := s.ca.good()
	if err != nil {
		return err
	}
	programs, err := listen(o.Port)
	if err != nil {
		return err
	}
	defer s.closeUnserved(programs)
	browsers, err := listen(o.PagesPort)
	if err != nil {
		return err
	}
	defer s.closeUnserved(browsers)
	base := "https://" + programs.Addr().String()
	s.auth, err = authserver.New(authserver.Options{Base: base, Scenarios: s.scenarios, Now: o.Now, Publishing: o.Publishing, Mint: o.Mint})
	if err != nil {
		return err
	}
	s.mail, err = mailserver.Start(mailserver.Options{
		TLS:          &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*leaf}},
		Certificates: s.ca.bad, Scenarios: s.scenarios, Tokens: s.auth.Access, Now: o.Now,
		IMAP: address(o.IMAPPort), SMTP: address(o.SMTPPort), Submission: address(o.SubmissionPort), POP3: address(o.POP3Port),
	})
	if err != nil {
		return err
	}
	s.console = "http://" + browsers.Addr().String() + "/"
	s.provider = s.describe(base, o.PlainPages)
	s.cloudToken = s.auth.CloudToken(cloudAdmin)
	if err := s.writeFiles(); err != nil {
		return err
	}
	s.serve(tls.NewListener(programs, s.tlsConfig(leaf)))
	s.serve(browsers)
	return nil
}

// folder settles where the files go.
func (s *Sandbox) folder() error {
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "gmailoauth-sandbox-")
		if err != nil {
			return err
		}
		s.dir, s.temporary = dir, true
	}
	dir, err := filepath.Abs(s.dir)
	s.dir = dir
	return err
}

func (s *Sandbox) describe(base string, plainPages bool) google.Provider {
	p := google.Provider{
		Name: "sandbox", Issuer: base, AuthorizationEndpoint: base + "/auth", TokenEndpoint: base + "/token",
		RevocationEndpoint: base + "/token/revocation", UserinfoEndpoint: base + "/me", TokeninfoEndpoint: base + "/tokeninfo", GmailEndpoint: base,
		Scopes: google.Gmail().Scopes, IMAP: &s.mail.IMAP, SMTP: []google.Server{s.mail.SMTP, s.mail.Submission}, POP3: &s.mail.POP3,
		ResourceManagerEndpoint: base, ServiceUsageEndpoint: base, IAMEndpoint: base, IAMCredentialsEndpoint: base, STSEndpoint: base,
		CAFile: filepath.Join(s.dir, caName),
	}
	if plainPages {
		p.AuthorizationEndpoint = s.console + "auth"
	}
	return p
}

func (s *Sandbox) shutdown() {
	s.closing.Do(func() {
		if s.auth != nil {
			s.auth.Close()
		}
		for _, server := range s.servers {
			_ = server.Close()
		}
		if s.mail != nil {
			s.mail.Close()
		}
	})
}

// Close stops all servers, cuts what is under way, and removes the folder if it
// was a temporary one.
func (s *Sandbox) Close() {
	if s.stop != nil {
		s.stop()
	}
	s.shutdown()
	s.tasks.Wait()
	if s.temporary {
		_ = os.RemoveAll(s.dir)
	}
}
