package sandbox

import (
	"crypto/tls"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/secret"
)

// Provider is where the look-alike is to be reached, in Google's place.
func (s *Sandbox) Provider() google.Provider { return s.provider }

// ConsoleURL is the console's address for browsers: without TLS, since no
// browser knows our certificate authority.
func (s *Sandbox) ConsoleURL() string { return s.console }

// IntrospectionURL is what a real mail server asks about tokens (RFC 7662).
func (s *Sandbox) IntrospectionURL() string { return s.provider.Issuer + "/introspect" }

// Scenarios is the switch for what goes wrong.
func (s *Sandbox) Scenarios() *scenario.Set { return s.scenarios }

// Use puts the named scenarios in place of those that were on; none is the good
// day. An unknown name is a *diagnosis.Symptom at input, and changes nothing.
func (s *Sandbox) Use(names ...string) error {
	chosen, err := named(names)
	if err != nil {
		return err
	}
	s.scenarios.Use(chosen...)
	return nil
}

// UseFor puts the named scenarios on for one mailbox, beside those for all; so
// many times one of their effects happens, 0: always. See scenario.Set.
func (s *Sandbox) UseFor(email string, times int, names ...string) error {
	chosen, err := named(names)
	if err != nil {
		return err
	}
	s.scenarios.UseFor(email, times, chosen...)
	return nil
}

// TLS trusts the sandbox's certificate authority and no other.
func (s *Sandbox) TLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.ca.pool()}
}

// NewClient makes a client, as the console's "Create client" does. The redirect
// URIs of a Desktop client are always http://localhost.
func (s *Sandbox) NewClient(kind account.ClientType, redirectURIs []string, project string) account.Client {
	return s.auth.NewClient(kind, project, redirectURIs, project)
}

// ClientJSON is the file that the console downloads for a client.
func (s *Sandbox) ClientJSON(client account.Client) []byte { return s.auth.ClientJSON(client.ID) }

// DeleteClient deletes a client: from now on it is refused as deleted.
func (s *Sandbox) DeleteClient(client account.Client) { s.auth.DeleteClient(client.ID) }

// RotateSecret gives a client another secret; the old one is refused.
func (s *Sandbox) RotateSecret(client account.Client) secret.Text {
	return s.auth.RotateSecret(client.ID)
}

// Authorize consents without a browser and gives the refresh token; zero if the
// client is not of this sandbox. No scopes means those of the provider.
func (s *Sandbox) Authorize(client account.Client, email string, scopes ...string) secret.Text {
	if len(scopes) == 0 {
		scopes = s.provider.Scopes
	}
	return s.auth.Authorize(client.ID, email, scopes)
}

// SetPublishing changes the publishing status of a project.
func (s *Sandbox) SetPublishing(project string, status account.Publishing) {
	s.auth.SetAudience(project, status, "")
}

// ExpireAccess ends the access tokens of an account, all if it is empty.
func (s *Sandbox) ExpireAccess(email string) { s.auth.ExpireAccess(email) }

// Withdraw ends the grants of an account, all if it is empty, as people do on
// Google's page of third-party connections.
func (s *Sandbox) Withdraw(email string) { s.auth.Withdraw(email) }
