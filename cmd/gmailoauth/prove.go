package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/store"
	"gmailoauth/internal/verify"
)

// proofMinValidity is how long an access token must still live to be proven with.
const proofMinValidity = 5 * time.Minute

// proofOptions are what a proof may be told. Empty lists are the defaults: the
// protocols that the account's target needs, and XOAUTH2.
type proofOptions struct {
	protocols []string
	sasl      []string
	sendTest  bool
	// For token.lifetime: when to warn, and what all accounts tell of one another.
	warnBefore days
	siblings   func() siblings // nil: nothing
}

// prove carries out the proof of one mailbox: the line from the secrets to the
// findings. What keeps it from starting is a finding as well.
func (a *app) prove(ctx context.Context, acct account.Account, secrets store.Secrets, opts proofOptions) finding.Mailbox {
	box, server, err := a.toProve(acct, opts)
	if err != nil {
		return unproven(acct.Email, err)
	}
	if opts.siblings != nil && acct.Store != store.Env {
		box.Siblings = func() verify.Siblings { return opts.siblings().of(ctx, acct, secrets) }
	}
	tokens := verify.Tokens{
		Token: func(ctx context.Context) (account.Token, bool, error) {
			return a.freshToken(ctx, acct, secrets, proofMinValidity, false)
		},
		Renew: func(ctx context.Context) (account.Token, error) {
			token, _, err := a.freshToken(ctx, acct, secrets, proofMinValidity, true)
			return token, err
		},
	}
	if p := server.Provider; p.UserinfoEndpoint != "" || p.TokeninfoEndpoint != "" {
		tokens.Identify = func(ctx context.Context, token account.Token) (account.Identity, error) {
			return server.Identify(ctx, token.Access)
		}
	}
	return delegatedProof(acct, verify.Run(ctx, box, tokens, a.now))
}

// toProve puts account, provider and options together.
func (a *app) toProve(acct account.Account, opts proofOptions) (verify.Mailbox, *oauth.Server, error) {
	provider, err := a.provider()
	if err != nil {
		return verify.Mailbox{}, nil, err
	}
	config, err := a.tlsConfig()
	if err != nil {
		return verify.Mailbox{}, nil, err
	}
	client, err := a.httpClient()
	if err != nil {
		return verify.Mailbox{}, nil, err
	}
	box := verify.Mailbox{
		Account: acct.Email, SASL: opts.sasl, Timeout: a.flags.timeout, TLS: config, SendTest: opts.sendTest,
		Scopes: acct.Grant.Scopes, Grant: acct.Grant, Published: acct.PublishedAt, WarnBefore: time.Duration(opts.warnBefore),
	}
	if a.trace != nil {
		box.Heard = a.trace.mail
		box.Checked = func(f finding.Finding) { a.trace.checked(acct.Email, f) }
	}
	if slices.Contains(provider.Scopes, google.MailScope()) {
		box.MailScope = google.MailScope()
	}
	protocols := opts.protocols
	if len(protocols) == 0 {
		protocols = a.protocolsOf(acct.Target)
	}
	if imapAlone(acct) {
		protocols, box.MailScope = forIMAPAlone(acct, opts.protocols, box.MailScope)
	}
	if opts.sendTest {
		protocols = append([]string{"imap", "smtp"}, protocols...)
	}
	choose(&box, provider, protocols)
	return box, &oauth.Server{HTTP: client, Provider: provider, Now: a.now}, nil
}

// choose takes the provider's servers of the protocols asked for, and notes
// those it has not.
func choose(box *verify.Mailbox, provider google.Provider, protocols []string) {
	for _, protocol := range slices.Compact(slices.Sorted(slices.Values(protocols))) {
		offered := false
		switch protocol {
		case "imap":
			box.IMAP, offered = provider.IMAP, provider.IMAP != nil
		case "smtp":
			box.SMTP, offered = provider.SMTP, len(provider.SMTP) > 0
		case "pop3":
			box.POP3, offered = provider.POP3, provider.POP3 != nil
		}
		if !offered {
			box.NotOffered = append(box.NotOffered, protocol)
		}
	}
}

// protocolsOf are those that a target needs. One that uses the Gmail API, or is
// not known here (a file of the admin's own, an account without one), gets imap
// and smtp.
func (a *app) protocolsOf(target string) []string {
	if target != "" {
		if t, err := a.target(target); err == nil && len(t.Protocols) > 0 {
			return t.Protocols
		}
	}
	return []string{"imap", "smtp"}
}

func addProtocols(cmd *cobra.Command, protocols *[]string) {
	cmd.Flags().StringSliceVar(protocols, "protocol", nil, "imap, smtp, pop3 (default: what the target needs, else imap,smtp)")
}

// checkProtocols brings protocols into our spelling, in place.
func checkProtocols(protocols []string) error {
	for i, protocol := range protocols {
		protocols[i] = strings.ToLower(strings.TrimSpace(protocol))
		if !slices.Contains([]string{"imap", "smtp", "pop3"}, protocols[i]) {
			return badChoice("bad-protocol", "--protocol", protocol, "imap, smtp, pop3")
		}
	}
	return nil
}
