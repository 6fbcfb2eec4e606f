// Package verify proves over the real protocols that a mailbox opens with a
// token: IMAP, SMTP and POP3, all at once, each connection opened while the
// token is still being renewed. It knows neither where tokens come from nor
// where they are kept.
//
// Its manners: TLS 1.2 or later with a verified certificate, or nothing; no more
// than one connection to an endpoint at a time; no second try after a refused
// login; LOGOUT and QUIT are sent, but their replies not waited for; INBOX is
// opened read-only. What a server says is kept as evidence, after secrets were
// taken out, and no server can make a check last longer than its time limit or
// take more than a bounded amount of memory.
package verify

import (
	"context"
	"crypto/tls"
	"sync"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Mailbox is what is to be proven.
type Mailbox struct {
	Account    string
	IMAP       *google.Server // nil: not proven; so with the next two
	SMTP       []google.Server
	POP3       *google.Server
	NotOffered []string      // protocols asked for that the provider does not have: skipped, with that reason
	SASL       []string      // XOAUTH2, OAUTHBEARER or both, in this order; empty: XOAUTH2
	Timeout    time.Duration // of one check; 0: 30 s
	TLS        *tls.Config   // roots, and where sessions are kept; the lowest version is 1.2 whatever it says
	SendTest   bool          // send one message to the mailbox itself and find it by IMAP; it stays there
	Scopes     []string      // as granted when the account was made, for want of fresher knowledge
	MailScope  string        // what token.scope looks for; empty: skipped
	Grant      account.Grant // of the refresh token, for token.lifetime
	Published  time.Time     // since when the app is said to be published, although the grant is of its Testing days; see account.Account
	Redactor   *secret.Redactor

	// WarnBefore and Siblings are for token.lifetime too, see Birth.
	WarnBefore time.Duration
	Siblings   func() Siblings

	// Heard is told every line of the wire as it stands, secrets and all; Checked
	// each check of a mail connection as it ends. Both are called by many
	// goroutines and hold them up. Both may be nil.
	Heard   func(protocol, endpoint string, sent bool, line string)
	Checked func(finding.Finding)
}

// Tokens is where the access token comes from and how it is looked at.
type Tokens struct {
	// Token gives a fresh token, and whether it was renewed for that.
	Token func(context.Context) (account.Token, bool, error)
	// Renew gets a new token although the old one should still live. It is called
	// when the server does not know a token that came from the cache, to learn
	// whether the grant is dead too; the new token logs in nowhere. May be nil.
	Renew func(context.Context) (account.Token, error)
	// Identify asks the server whom the token speaks for. Nil: nobody can be asked.
	Identify func(context.Context, account.Token) (account.Identity, error)
}

const defaultTimeout = 30 * time.Second

// Run carries out the checks and gives the findings in the order of the
// contract. It returns when all are settled; ctx ends them early. No connection
// or goroutine is left behind. Any goroutine may call it.
func Run(ctx context.Context, box Mailbox, tokens Tokens, now func() time.Time) finding.Mailbox {
	if box.Timeout <= 0 {
		box.Timeout = defaultTimeout
	}
	if len(box.SASL) == 0 {
		box.SASL = []string{"XOAUTH2"}
	}
	if box.Redactor == nil {
		box.Redactor = new(secret.Redactor)
	}
	r := &run{box: box, now: now, bearer: newBearer()}
	if box.SendTest {
		r.test = newTestMessage(box.Account, now())
	}
	tracks := r.tracks()
	results := make([][]finding.Finding, len(tracks))
	var all, smtp sync.WaitGroup
	all.Go(func() { r.bearer.obtain(ctx, tokens, r) })
	for i, t := range tracks {
		if t.protocol == protoSMTP {
			smtp.Add(1)
		}
		all.Go(func() {
			if t.protocol == protoSMTP {
				defer smtp.Done()
			}
			results[i] = r.prove(ctx, t)
		})
	}
	if r.test != nil {
		all.Go(func() { smtp.Wait(); r.test.settle() })
	}
	all.Wait()

	found := finding.Mailbox{Account: box.Account}
	var mail []finding.Finding
	for _, result := range results {
		mail = append(mail, result...)
	}
	found.Findings = append(r.tokenFindings(mail), mail...)
	if r.test != nil {
		found.Findings = append(found.Findings, r.test.finding())
	}
	return found
}

// run is one call of Run.
type run struct {
	box    Mailbox
	now    func() time.Time
	bearer *bearer
	test   *testMessage // nil without SendTest
}

// tracks are the endpoints in the order of the contract.
func (r *run) tracks() []track {
	var tracks []track
	offered := func(protocol string, servers ...google.Server) {
		for _, server := range servers {
			tracks = append(tracks, track{protocol: protocol, server: server})
		}
		for _, name := range r.box.NotOffered {
			if name == protocol && len(servers) == 0 {
				tracks = append(tracks, track{protocol: protocol, missing: true})
			}
		}
	}
	one := func(s *google.Server) []google.Server {
		if s == nil {
			return nil
		}
		return []google.Server{*s}
	}
	offered(protoIMAP, one(r.box.IMAP)...)
	offered(protoSMTP, r.box.SMTP...)
	offered(protoPOP3, one(r.box.POP3)...)
	return tracks
}
