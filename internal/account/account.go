// Package account holds the nouns: the account, the client, the token, and what
// is kept of them.
package account

import (
	"time"

	"gmailoauth/internal/secret"
)

// ClientType is Google's word for what kind of OAuth client it is.
type ClientType string

// The two that can carry mail for a person who consents, and what speaks for
// people of a Workspace who are not asked.
const (
	Desktop        ClientType = "desktop" // "installed" in the downloaded JSON
	Web            ClientType = "web"
	ServiceAccount ClientType = "service-account" // see Delegation
)

// Client is an OAuth client of the admin's own Google Cloud project.
type Client struct {
	ID           string
	Secret       secret.Text
	Type         ClientType // empty if only ID and secret are known
	ProjectID    string
	RedirectURIs []string
	Origins      []string
}

// Token is what the token endpoint granted.
type Token struct {
	Access          secret.Text
	Type            string    // "Bearer"
	IssuedAt        time.Time // by the clock that Expiry was counted with; zero if not known
	Expiry          time.Time
	Refresh         secret.Text   // zero if none was sent
	Scopes          []string      // granted; empty if the reply did not say
	RefreshLifetime time.Duration // refresh_token_expires_in; 0 if it was not sent
	IDToken         secret.Text   // zero if none was sent
}

// clocksDiffer is by how much the clocks of machines that share a token may
// differ, and a clock that is being set right may step back.
const clocksDiffer = time.Minute

// FreshFor reports whether the access token will still live that long at now. A
// token of the future was issued while the clock was ahead: when it ends cannot
// be known.
func (t Token) FreshFor(d time.Duration, now time.Time) bool {
	return !t.Access.IsZero() && t.Expiry.Sub(now) > d && !now.Add(clocksDiffer).Before(t.IssuedAt)
}

// Publishing is the status of the app on Google's Audience page.
type Publishing string

// What can be known of it. Google lets no program read it: it is said by the
// admin, or seen from refresh_token_expires_in.
const (
	Unknown    Publishing = ""
	Testing    Publishing = "testing"
	Production Publishing = "production"
	Internal   Publishing = "internal"
)

// Grant is the birth certificate of a refresh token: days are counted from it.
type Grant struct {
	IssuedAt   time.Time
	Lifetime   time.Duration // as Google said; 0 for no end
	Publishing Publishing
	Seen       bool // Publishing was seen from the token reply, not said
	ClientID   string
	Scopes     []string // as granted
	Adopted    bool     // made elsewhere: IssuedAt is when we first saw it
	RenewedAt  time.Time
}

// EndsAt is when the refresh token dies, or the zero time.
func (g Grant) EndsAt() time.Time {
	if g.Lifetime == 0 {
		return time.Time{}
	}
	return g.IssuedAt.Add(g.Lifetime)
}

// Account is what is kept in a file that anyone who may read it can understand:
// no secret is in it.
type Account struct {
	Email        string
	ClientID     string
	ClientType   ClientType
	ProjectID    string
	RedirectURIs []string
	Target       string
	Store        string   // KIND[:WHERE] of the secrets
	Copies       []string // stores that may have a copy of them, from a move that is not complete
	Grant        Grant
	// PublishedAt is when setup first heard that the app is published although
	// this grant was issued in Testing; the zero time otherwise. The admin says
	// so: Google lets no program look.
	PublishedAt time.Time
	// Delegation is set where a service account opens the mailbox and nobody
	// consents: then ClientID is its numeric ID, and there is no refresh token.
	Delegation *Delegation
}

// Credentials are the secrets of one account, kept together in a store.
type Credentials struct {
	ClientSecret secret.Text
	Token        Token // Access may be stale or absent; Refresh is what counts
}

// Identity is whom a token speaks for, as userinfo and tokeninfo say.
type Identity struct {
	Email     string // empty if the token has no email scope
	ClientID  string // aud
	Scopes    []string
	ExpiresIn time.Duration
}
