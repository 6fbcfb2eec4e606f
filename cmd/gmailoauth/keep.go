package main

import (
	"context"
	"errors"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/store"
)

// keep stores an account and its secrets: the secrets first, so that nothing is
// listed that cannot be used, and under the account's lock, so that a renewal
// elsewhere does not put the old token back.
func (a *app) keep(ctx context.Context, acct account.Account, creds account.Credentials) error {
	secrets, release, err := a.lockedSecrets(ctx, acct)
	if err != nil {
		return err
	}
	defer release()
	if err := secrets.Put(ctx, acct.Email, creds); err != nil {
		return err
	}
	accounts, err := a.accounts()
	if err != nil {
		return err
	}
	return accounts.Put(acct)
}

// lockedSecrets opens the store of an account and excludes other processes from
// renewing it until release; the wait is no longer than --timeout.
func (a *app) lockedSecrets(ctx context.Context, acct account.Account) (secrets store.Secrets, release func(), err error) {
	if secrets, err = a.secretsOf(acct); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.flags.timeout)
	defer cancel()
	release, err = secrets.Lock(ctx, acct.Email)
	return secrets, release, err
}

// canKeep finds out before anyone consents whether the secrets of an account
// can be kept: a token that cannot be is lost.
func (a *app) canKeep(ctx context.Context, acct account.Account) error {
	if a.flags.store == store.Env || a.flags.store == "" && acct.Store == store.Env {
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "env-read-only", Facts: map[string]string{"account": acct.Email}}
	}
	secrets, release, err := a.lockedSecrets(ctx, acct)
	if err != nil {
		return err
	}
	defer release()
	if _, err := secrets.Get(ctx, acct.Email); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// accountOf describes an account that consented, or whose token was adopted.
// said is the publishing status in the admin's words; what the token reply
// shows goes before it.
func (a *app) accountOf(email string, client account.Client, token account.Token, said account.Publishing, adopted bool) account.Account {
	grant := account.Grant{
		IssuedAt: a.now(), Lifetime: token.RefreshLifetime, Publishing: said,
		ClientID: client.ID, Scopes: token.Scopes, Adopted: adopted, RenewedAt: a.now(),
	}
	testing, err := time.ParseDuration(google.Known().Limits["testing-lifetime"].Value)
	switch {
	case err != nil, grant.Lifetime == 0 && (adopted || said != account.Testing):
	case grant.Lifetime == 0: // a new consent in Testing would have said when it ends
		grant.Publishing = account.Unknown
	case grant.Lifetime <= testing:
		grant.Publishing, grant.Seen = account.Testing, true
	}
	return account.Account{
		Email: email, ClientID: client.ID, ClientType: client.Type, ProjectID: client.ProjectID,
		RedirectURIs: client.RedirectURIs, Store: a.flags.store, Grant: grant,
	}
}
