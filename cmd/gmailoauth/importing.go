package main

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
	"gmailoauth/internal/adopt"
	"gmailoauth/internal/store"
)

// importing is one account on its way from a helper's file to us.
type importing struct {
	app   *app
	found adopt.Found
	given *account.Client // by flags; nil if none
	file  string
}

// run tries the refresh token, finds out whose it is if the file does not say,
// and keeps it.
func (i *importing) run(ctx context.Context) error {
	a, email := i.app, i.found.Account
	before, err := i.before(email)
	if err != nil {
		return err
	}
	client, err := i.client(ctx, before)
	if err != nil {
		return err
	}
	if email != "" {
		if err := a.canKeep(ctx, account.Account{Email: email, Store: before.Store}); err != nil {
			return err
		}
	}
	token, identity, err := a.adopt(ctx, client, email, i.found.Refresh)
	if err != nil {
		return err
	}
	if email == "" {
		if email = identity.Email; email == "" {
			email = i.mailbox(ctx, token)
		}
		if email, err = account.CheckEmail(email); err != nil {
			return inputSymptom("import-no-account", "file", i.file, "helper", i.found.Helper)
		}
		if before, err = i.before(email); err != nil {
			return err
		}
	}
	said := before.Grant.Publishing
	if before.ClientID != client.ID {
		said = account.Unknown // another client, perhaps of another project
	}
	acct := a.accountOf(email, client, token, said, true)
	acct.Target = before.Target
	if acct.Store == "" {
		acct.Store = before.Store
	}
	if err := a.keep(ctx, acct, account.Credentials{ClientSecret: client.Secret, Token: token}); err != nil {
		return err
	}
	c := &consenting{app: a, email: email}
	if end := acct.Grant.EndsAt(); !end.IsZero() {
		c.tell("consent.ends", "account", email, "date", a.words().Moment(end.Local()))
	}
	c.tell("import.kept", "account", email, "helper", i.found.Helper)
	return nil
}

// before is the account as it is kept already; zero if it is not.
func (i *importing) before(email string) (account.Account, error) {
	if email == "" {
		return account.Account{}, nil
	}
	accounts, err := i.app.accounts()
	if err != nil {
		return account.Account{}, err
	}
	before, err := accounts.Get(email)
	if errors.Is(err, store.ErrNotFound) {
		return account.Account{}, nil
	}
	return before, err
}

// mailbox asks the mailbox itself whose it is.
func (i *importing) mailbox(ctx context.Context, token account.Token) string {
	server, err := i.app.oauthServer()
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, i.app.flags.timeout)
	defer cancel()
	return server.Mailbox(ctx, token.Access)
}
