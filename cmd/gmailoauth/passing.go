package main

import (
	"cmp"
	"context"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/fleet"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/store"
)

// passing opens mailboxes by delegation that are kept nowhere: what flags and
// variables say is all there is, and nothing is left behind. Where variables alone
// say it, a mailbox that is kept here is opened as it is kept. Any goroutine may
// use it.
type passing struct {
	app  *app
	like account.Account // all but the address

	flagged bool // it was described by flags
}

// passing gives what opens mailboxes by delegation, if flags or variables describe
// it; else nil. Nobody is asked yet.
func (a *app) passing(d *delegationFlags, files *clientFlags) (*passing, error) {
	if err := a.signIn(d.signInFlags, files); err != nil {
		return nil, err
	}
	wanted, err := d.wanted(a, account.Account{}, &clientFlags{})
	if err != nil || !wanted {
		return nil, err
	}
	if _, four := store.EnvAccount(a.lookupEnv); four && d.grant == "" && !d.flagged(a) {
		return nil, nil // the variables of a consent win over those of a delegation
	}
	acct := account.Account{ClientType: account.ServiceAccount, Store: store.Env,
		Delegation: &account.Delegation{Scopes: playbook.DelegatedScopes(d.scope)}}
	key, err := a.givenKey(d, files)
	if err != nil {
		return nil, err
	}
	if key.Email != "" {
		acct.ClientID, acct.Delegation.ServiceAccount = key.ClientID, key.Email
		err = a.useKey(acct, key)
	} else {
		acct.Delegation.Keyless = true
		acct.Delegation.ServiceAccount = strings.ToLower(d.serviceAccount)
		if d.serviceAccount == "" {
			acct.Delegation.ServiceAccount, err = a.identityAccount()
		}
	}
	switch {
	case err != nil:
		return nil, err
	case acct.Delegation.ServiceAccount == "" && !d.flagged(a):
		return nil, nil // the variable of the grant is for setup
	case acct.Delegation.ServiceAccount == "":
		return nil, inputSymptom("missing-flag", "flags", "--service-account-file")
	}
	acct.ProjectID = account.ServiceAccountProject(acct.Delegation.ServiceAccount)
	acct.Grant = account.Grant{ClientID: acct.ClientID, Scopes: acct.Delegation.Scopes}
	return &passing{app: a, like: acct, flagged: d.flagged(a)}, nil
}

// flagged reports whether a delegation was described by flags, and not by
// variables alone: prepare has put variables into flags.
func (d *delegationFlags) flagged(a *app) bool {
	for flag, value := range map[string]string{"grant": d.grant, "service-account-file": d.keyFile, "service-account": d.serviceAccount} {
		if value != "" && value != a.env(variableOf(flag)) {
			return true
		}
	}
	return false
}

// open is a mailbox that is opened in passing, or why it cannot be.
func (p *passing) open(email, target string) subject {
	if s, ok := p.kept(email); ok {
		return s
	}
	acct := p.like
	acct.Email, acct.Target = email, target
	if err := noConsumers([]string{email}); err != nil {
		return subject{account: acct, err: err}
	}
	return subject{account: acct, secrets: unasked{hiding{&unkept{turn: make(chan struct{}, 1)}, p.app.hide, new(learnt)}}}
}

// kept is a mailbox that is kept here, if those count.
func (p *passing) kept(email string) (subject, bool) {
	if p.flagged {
		return subject{}, false
	}
	accounts, err := p.app.accounts()
	if err != nil {
		return subject{}, false
	}
	acct, err := accounts.Get(email)
	if err != nil {
		return subject{}, false
	}
	secrets, err := p.app.secretsOf(acct)
	return subject{account: acct, secrets: secrets, err: err}, true
}

// entry is a mailbox of a fleet.
func (p *passing) entry(e fleet.Entry) subject {
	s := p.open(e.Account, e.Target)
	if s.account.Store != store.Env && s.err == nil {
		s.account.Target, s.account.Store = cmp.Or(e.Target, s.account.Target), cmp.Or(e.Store, s.account.Store)
		s.secrets, s.err = p.app.secretsOf(s.account)
	}
	s.protocols = e.Protocols
	return s
}

// named are the mailboxes that were named, each once.
func (p *passing) named(emails []string) ([]subject, error) {
	if len(emails) == 0 || len(emails) == 1 && emails[0] == "" {
		return nil, inputSymptom("missing-flag", "flags", "EMAIL")
	}
	var subjects []subject
	seen := map[string]bool{}
	for _, address := range emails {
		email, err := account.CheckEmail(address)
		if err != nil {
			return nil, err
		}
		if !seen[email] {
			seen[email] = true
			subjects = append(subjects, p.open(email, ""))
		}
	}
	return subjects, nil
}

// toToken is the mailbox that token is about: one that is opened in passing, or
// one that is known.
func (a *app) toToken(ctx context.Context, email string, d *delegationFlags) (subject, error) {
	opens, err := a.passing(d, &clientFlags{})
	if err != nil {
		return subject{}, err
	}
	if named := cmp.Or(email, strings.TrimSpace(a.env("GMAILOAUTH_ACCOUNT"))); opens != nil && (named != "" || d.flagged(a)) {
		subjects, err := opens.named([]string{named})
		if err != nil {
			return subject{}, err
		}
		return subjects[0], subjects[0].err
	}
	acct, secrets, err := a.account(ctx, email)
	return subject{account: acct, secrets: secrets}, err
}

// unkept holds the token of one mailbox for as long as it is proven.
type unkept struct {
	kept account.Credentials
	turn chan struct{} // holds the one whose turn it is
}

// Get gives what was put; nothing at first.
func (u *unkept) Get(context.Context, string) (account.Credentials, error) { return u.kept, nil }

// Put holds credentials.
func (u *unkept) Put(_ context.Context, _ string, c account.Credentials) error {
	u.kept = c
	return nil
}

// Delete drops them.
func (u *unkept) Delete(context.Context, string) error {
	u.kept = account.Credentials{}
	return nil
}

// Lock waits for whoever has it.
func (u *unkept) Lock(ctx context.Context, _ string) (release func(), err error) {
	select {
	case u.turn <- struct{}{}:
		return func() { <-u.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
