package main

import (
	"context"
	"errors"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
)

// serviceKey is the key of an account's service account as it is kept.
func (a *app) serviceKey(ctx context.Context, acct account.Account) (account.ServiceKey, error) {
	secrets, err := a.secretsOf(account.Account{Store: acct.Store})
	if err != nil {
		return account.ServiceKey{}, err
	}
	missing := (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-service-key"}).With(
		"account", acct.Email, "service_account", acct.Delegation.ServiceAccount, "store", acct.Store)
	kept, err := secrets.Get(ctx, acct.Delegation.ServiceAccount)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return account.ServiceKey{}, missing
	case err != nil:
		return account.ServiceKey{}, err
	}
	key, err := account.ParseServiceKey(kept.ClientSecret)
	if err != nil {
		return account.ServiceKey{}, missing
	}
	a.hide.Hide(key.Private)
	return key, nil
}

// keepKey keeps a key once for all mailboxes, unless it is there already.
func (a *app) keepKey(ctx context.Context, acct account.Account, key account.ServiceKey) error {
	if key.Email == "" {
		return nil
	}
	secrets, release, err := a.lockedSecrets(ctx, account.Account{Email: key.Email, Store: acct.Store})
	if err != nil {
		return err
	}
	defer release()
	kept, err := secrets.Get(ctx, key.Email)
	if err == nil && kept.ClientSecret.Equal(key.Text()) {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return secrets.Put(ctx, key.Email, account.Credentials{ClientSecret: key.Text()})
}

// keepDelegated keeps a mailbox that a service account opens, with its key if there
// is one to be kept. That of another one, which opened it before, goes.
func (a *app) keepDelegated(ctx context.Context, acct account.Account, key account.ServiceKey, token account.Token) error {
	before, err := a.keptAccount(acct.Email)
	if err != nil {
		return err
	}
	if err := a.keepKey(ctx, acct, key); err != nil {
		return err
	}
	if err := a.keep(ctx, acct, account.Credentials{Token: token}); err != nil {
		return err
	}
	return a.dropFormerKey(ctx, before, acct)
}

// dropFormerKey deletes the key that opened an account before, unless it does so
// now, or another account needs it.
func (a *app) dropFormerKey(ctx context.Context, before, now account.Account) error {
	was, is := before.Delegation, now.Delegation
	if was == nil || is != nil && !is.Keyless && strings.EqualFold(was.ServiceAccount, is.ServiceAccount) {
		return nil
	}
	return a.dropKey(ctx, before)
}

// dropKey deletes the key that opened an account, unless another account needs it.
func (a *app) dropKey(ctx context.Context, acct account.Account) error {
	accounts, err := a.accounts()
	if err != nil {
		return err
	}
	paths, err := a.paths()
	if err != nil {
		return err
	}
	return accounts.DropKey(ctx, acct, a.storeOptions(paths))
}
