package main

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
	"gmailoauth/internal/verify"
)

// siblings knows, for each client, what its accounts on this machine tell of one
// another. However many accounts there are, a client costs a few words.
type siblings map[string]*clientUse

// clientUse is what is kept of a client's accounts.
type clientUse struct {
	latest, second usedBy                              // the two that were used last
	newest         account.Account                     // the one that consented last
	credentials    func() (account.Credentials, error) // of newest, read once
}

type usedBy struct {
	email string
	at    time.Time
}

// siblingsOf reads accounts; those of the variables stand for themselves.
func (a *app) siblingsOf(list []account.Account) siblings {
	known := siblings{}
	for _, acct := range list {
		if acct.Store == store.Env || acct.ClientID == "" {
			continue
		}
		client := known[acct.ClientID]
		if client == nil {
			client = &clientUse{newest: acct}
			known[acct.ClientID] = client
		}
		used := usedBy{acct.Email, verify.LifetimeOf(verify.Birth{Grant: acct.Grant}, a.now()).Used}
		switch {
		case used.at.After(client.latest.at):
			client.latest, client.second = used, client.latest
		case used.at.After(client.second.at):
			client.second = used
		}
		if acct.Grant.IssuedAt.After(client.newest.Grant.IssuedAt) {
			client.newest = acct
		}
	}
	for _, client := range known {
		if cmp.Or(a.flags.store, store.File) != store.File {
			break // --store says that they are elsewhere
		}
		client.credentials = sync.OnceValues(func() (account.Credentials, error) {
			secrets, err := a.secretsOf(client.newest)
			if err != nil {
				return account.Credentials{}, err
			}
			return secrets.Get(context.Background(), client.newest.Email) // a file, see rotated
		})
	}
	return known
}

// lazySiblings are those of all accounts on this machine, read when somebody
// asks for the first time.
func (a *app) lazySiblings() func() siblings {
	return sync.OnceValue(func() siblings {
		accounts, err := a.accounts()
		if err != nil {
			return nil
		}
		list, _ := accounts.List() // those that can be read
		return a.siblingsOf(list)
	})
}

// of tells of the other accounts of an account's client.
func (known siblings) of(ctx context.Context, acct account.Account, secrets store.Secrets) verify.Siblings {
	client := known[acct.ClientID]
	if client == nil || acct.Store == store.Env {
		return verify.Siblings{}
	}
	others := client.latest
	if strings.EqualFold(others.email, acct.Email) {
		others = client.second
	}
	return verify.Siblings{Used: others.at, Rotated: client.rotated(ctx, acct, secrets)}
}

// rotated reports that the account which consented last has another client
// secret than this one: of two that Google takes, the older goes first. Google
// lets no program see how many there are. Only secrets in plain files are
// compared: other stores may ask somebody, or cost a call, for each account.
func (c *clientUse) rotated(ctx context.Context, acct account.Account, secrets store.Secrets) bool {
	inFile := func(acct account.Account) bool { return cmp.Or(acct.Store, store.File) == store.File }
	if secrets == nil || c.credentials == nil || !inFile(acct) || !inFile(c.newest) || !c.newest.Grant.IssuedAt.After(acct.Grant.IssuedAt) {
		return false
	}
	newer, err := c.credentials()
	if err != nil || newer.ClientSecret.IsZero() {
		return false
	}
	own, err := secrets.Get(ctx, acct.Email)
	return err == nil && !own.ClientSecret.IsZero() && !own.ClientSecret.Equal(newer.ClientSecret)
}
