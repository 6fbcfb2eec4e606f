// Package verify proves over the real protocols that a mailbox opens with a
// token: IMAP, SMTP and POP3, all at once, each connection opened while the
// token is still being renewed. It knows neither where tokens come from nor
// where they are kept.
package verify

import (
	"context"
	"crypto/tls"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// Mailbox is what is to be proven.
type Mailbox struct {
	Account   string
	IMAP      *google.Server // nil: not proven; so with the next two
	SMTP      []google.Server
	POP3      *google.Server
	SASL      []string      // XOAUTH2, OAUTHBEARER or both, in this order
	Timeout   time.Duration // of one check
	TLS       *tls.Config
	SendTest  bool // send one message to the mailbox itself and find it by IMAP
	Scopes    []string
	MailScope string
	Grant     account.Grant // of the refresh token, for token.lifetime
}

// Tokens is where the access token comes from and how it is looked at.
type Tokens struct {
	// Token gives a fresh token, and whether it was renewed for that.
	Token func(context.Context) (account.Token, bool, error)
	// Identify asks the server whom the token speaks for.
	Identify func(context.Context, account.Token) (account.Identity, error)
}

// Run carries out the checks and gives the findings in the order of the
// contract. It returns when all are settled; ctx ends them early.
func Run(ctx context.Context, box Mailbox, tokens Tokens, now func() time.Time) finding.Mailbox {
	panic("being written")
}
