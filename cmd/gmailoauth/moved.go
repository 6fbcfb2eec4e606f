package main

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

// movedSince gives an account as it is kept now, and its store, if its secrets
// are no longer where they were when it was read: accounts move may have come
// in between.
func (a *app) movedSince(acct account.Account, err error) (account.Account, store.Secrets, bool) {
	if !errors.Is(err, store.ErrNotFound) || a.flags.store != "" || acct.Store == store.Env {
		return acct, nil, false
	}
	accounts, err := a.accounts()
	if err != nil {
		return acct, nil, false
	}
	now, err := accounts.Get(acct.Email)
	if err != nil || now.Store == acct.Store {
		return acct, nil, false
	}
	secrets, err := a.secretsOf(now)
	return now, secrets, err == nil
}

// removeLeft deletes what a move that was cut short has left of an account in
// other stores.
func (a *app) removeLeft(ctx context.Context, acct account.Account) error {
	if len(acct.Copies) == 0 {
		return nil
	}
	paths, err := a.paths()
	if err != nil {
		return err
	}
	for _, spec := range acct.Copies {
		left, err := store.Open(spec, a.storeOptions(paths))
		if err != nil {
			return err
		}
		if err := left.Delete(ctx, acct.Email); err != nil {
			return err
		}
	}
	return nil
}
