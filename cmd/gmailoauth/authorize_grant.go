package main

import (
	"cmp"
	"context"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

// granting is a mailbox that is to be connected with a client.
type granting struct {
	email  string
	client account.Client
	// refresh is a token made elsewhere; without one somebody consents.
	refresh secret.Text
	before  account.Account // as it is kept; zero: it is not
	// store (unless --store says another) and target are what is noted of it.
	store, target string
}

// grantTo has somebody consent, or adopts what they consented to elsewhere, and
// keeps it.
func (a *app) grantTo(ctx context.Context, g granting, o consentOptions) (acct account.Account, token account.Token, err error) {
	if err := a.canKeep(ctx, account.Account{Email: g.email, Store: g.store}); err != nil {
		return acct, token, err
	}
	adopted := !g.refresh.IsZero()
	if adopted {
		token, _, err = a.adopt(ctx, g.client, g.email, g.refresh)
	} else {
		token, _, err = a.consent(ctx, g.client, g.email, o)
	}
	if err != nil {
		return acct, token, err
	}
	acct = a.accountOf(g.email, g.client, token, g.before.Grant.Publishing, adopted)
	acct.Target, acct.Store = g.target, cmp.Or(acct.Store, g.store)
	if err := a.keep(ctx, acct, account.Credentials{ClientSecret: g.client.Secret, Token: token}); err != nil {
		return acct, token, err
	}
	return acct, token, a.dropFormerKey(ctx, g.before, acct)
}

// tellKept says that a mailbox is connected, in the sentence of that id, and when
// that ends.
func (a *app) tellKept(acct account.Account, id string) {
	c := &consenting{app: a, email: acct.Email}
	if end := acct.Grant.EndsAt(); !end.IsZero() {
		c.tell("consent.ends", "account", acct.Email, "date", a.words().Moment(end.Local()))
	}
	c.tell(id, "account", acct.Email)
}
