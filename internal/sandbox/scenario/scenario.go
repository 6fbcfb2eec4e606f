// Package scenario holds what the sandbox can be told to refuse: the files in
// scenarios name each refusal, and say at which point of which protocol it is
// spoken and in which words. Servers ask the Set at each point; to add a refusal, add
// an entry.
package scenario

import (
	"sync"
	"time"
)

// Points at which a server asks whether something is to happen.
const (
	OAuthTLS     = "oauth.tls"         // the handshake of the OAuth server: Certificate
	Authorize    = "authorize"         // before any page is shown: error page (browser) or Location (probe)
	Consent      = "authorize.consent" // after the account was chosen: Google's error page, no redirect
	Redirect     = "authorize.redirect"
	GrantPoint   = "grant" // what is granted: scopes, account, refresh token
	TokenCode    = "token.code"
	TokenRefresh = "token.refresh"
	Tokeninfo    = "tokeninfo"
	Userinfo     = "userinfo"
	Revoke       = "revoke"
	Introspect   = "introspect"
	GmailProfile = "gmail.profile" // the one call of the Gmail API that we make

	// Google Cloud for programs. Error is the status, Description the message,
	// Status the HTTP status; Parameters: reason, service and consumer of an
	// ErrorInfo, violation. At CloudOperation they are the failure of the work
	// that was begun, and looks is how often one must look until it is done. At
	// CloudProject, state; at CloudOrganizations, domains, between commas.
	CloudProject       = "cloud.project"
	CloudOrganizations = "cloud.organizations"
	CloudCreate        = "cloud.create"
	CloudOperation     = "cloud.operation"
	CloudService       = "cloud.service"
	CloudEnable        = "cloud.enable"
	CloudEnabling      = "cloud.enabling" // CloudOperation of a service

	// What a service account is told: where its assertion is traded, and by IAM.
	DelegationToken   = "delegation.token"
	DelegationAccount = "delegation.account"
	DelegationCreate  = "delegation.create"
	DelegationKey     = "delegation.key"
	DelegationSign    = "delegation.sign"

	// Workload identity federation: where a job gets its subject token, where that
	// is traded, and where the token traded for it becomes a service account's.
	FederationSubject     = "federation.subject"
	FederationExchange    = "federation.exchange"
	FederationImpersonate = "federation.impersonate"

	IMAPTLS        = "imap.tls"
	IMAPGreeting   = "imap.greeting"
	IMAPCapability = "imap.capability"
	IMAPAuth       = "imap.auth"
	IMAPExamine    = "imap.examine"
	SMTPTLS        = "smtp.tls"
	SMTPGreeting   = "smtp.greeting"
	SMTPEHLO       = "smtp.ehlo"
	SMTPSTARTTLS   = "smtp.starttls"
	SMTPAuth       = "smtp.auth"
	SMTPMail       = "smtp.mail"
	SMTPData       = "smtp.data"
	POP3TLS        = "pop3.tls"
	POP3Greeting   = "pop3.greeting"
	POP3CAPA       = "pop3.capa"
	POP3Auth       = "pop3.auth"
	POP3Stat       = "pop3.stat"
)

// Effect is what happens at one point.
type Effect struct {
	At string `yaml:"at"`

	// HTTP points. Where JSON is usual, Error, Description and Parameters make the
	// body if there is no Body. In Body and Description, {sent} is the form as it
	// was sent, {clear} the values in it.
	Status  int               `yaml:"status"`
	Body    string            `yaml:"body"`
	Headers map[string]string `yaml:"headers"`

	// The consent page and the redirect: Google's error code and words. At
	// Authorize and Consent they make the error page, at Redirect error=.
	Error       string            `yaml:"error"`
	Description string            `yaml:"description"`
	HelpURL     string            `yaml:"help_url"`
	Parameters  map[string]string `yaml:"parameters"` // at Redirect: set in the query, e.g. iss, state; {issuer} is ours

	// What is granted. Nil and empty leave it as it was asked for.
	Scopes         []string `yaml:"scopes"`
	Account        string   `yaml:"account"` // another account consents; at smtp.data: gets the message
	NoRefreshToken bool     `yaml:"no_refresh_token"`
	Publishing     string   `yaml:"publishing"`  // testing or production
	Lifetime       string   `yaml:"lifetime"`    // refresh_token_expires_in, as a duration
	NewRefresh     bool     `yaml:"new_refresh"` // a refresh reply carries a new refresh token
	TokenExpired   bool     `yaml:"token_expired"`
	ShortToken     bool     `yaml:"short_token"` // access tokens live for a minute

	// Mail points: lines spoken instead of the usual answer, CRLF added; {tag}
	// is the command's tag, {sent} the SASL string as it came, {clear} what it
	// holds. Challenge, JSON, is sent before them at an auth point.
	Lines     []string `yaml:"lines"`
	Challenge string   `yaml:"challenge"`

	// imap.capability, smtp.ehlo, pop3.capa: keywords and SASL mechanisms that
	// are neither advertised nor accepted.
	Without []string `yaml:"without"`

	// Any point: how the answer comes.
	Delay time.Duration `yaml:"delay"`
	Hang  bool          `yaml:"hang"`  // says nothing more, keeps the connection
	Close bool          `yaml:"close"` // closes it, after Lines or Body if there are any
	Cut   int           `yaml:"cut"`   // closes it after so many bytes of the answer
	Flood int           `yaml:"flood"` // so many bytes without an end of line
	Drip  time.Duration `yaml:"drip"`  // a byte at a time, with this pause

	// Mail points: Lines are said so many times over, and then nothing more.
	Babble int `yaml:"babble"`

	// TLS points: expired, wrong-name, unknown-ca, old (TLS 1.1), none (plain text).
	Certificate string `yaml:"certificate"`
}

// GrantLifetime is Lifetime as a duration, 0 if it is not set.
func (e Effect) GrantLifetime() (time.Duration, error) {
	if e.Lifetime == "" {
		return 0, nil
	}
	return time.ParseDuration(e.Lifetime)
}

// Scenario is a named refusal.
type Scenario struct {
	Name    string   `yaml:"name"`
	About   string   `yaml:"about"`
	Source  string   `yaml:"source"`
	Effects []Effect `yaml:"effects"`
}

// Set holds the scenarios that are on. Any goroutine may use it; a change is
// seen by what happens next.
type Set struct {
	mu  sync.RWMutex
	on  []Scenario
	own map[string]*own // by mailbox
}

// Use puts these scenarios in place of those that were on; none is the good day.
func (s *Set) Use(scenarios ...Scenario) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = append([]Scenario(nil), scenarios...)
}

// Names of the scenarios that are on.
func (s *Set) Names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := make([]string, 0, len(s.on))
	for _, scenario := range s.on {
		names = append(names, scenario.Name)
	}
	return names
}

// At gives what is to happen at a point, or nil.
func (s *Set) At(point string) *Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, scenario := range s.on {
		for i := range scenario.Effects {
			if scenario.Effects[i].At == point {
				return &scenario.Effects[i]
			}
		}
	}
	return nil
}
