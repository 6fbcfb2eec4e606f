package main

import (
	"cmp"
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

// carryKey brings the key of a moved account's service account to where the
// account's secrets are now, and takes it away from where no account needs it
// any more. A store that has it keeps what it has.
func (a *app) carryKey(ctx context.Context, accounts *store.Accounts, email, from string) error {
	acct, err := accounts.Get(email)
	if err != nil || acct.Delegation == nil || acct.Delegation.Keyless || sameStore(from, acct.Store) {
		return err
	}
	name := acct.Delegation.ServiceAccount
	old, err := a.storeNamed(from)
	if err != nil {
		return err
	}
	to, err := a.storeNamed(acct.Store)
	if err != nil {
		return err
	}
	if _, err := to.Get(ctx, name); errors.Is(err, store.ErrNotFound) {
		kept, err := old.Get(ctx, name)
		if err == nil {
			err = to.Put(ctx, name, kept)
		}
		if err == nil {
			_, err = to.Get(ctx, name)
		}
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return a.dropKey(ctx, accounts, account.Account{Store: from, Delegation: acct.Delegation})
}

// dropKey deletes a key from the store of an account, unless another account
// that is kept there needs it.
func (a *app) dropKey(ctx context.Context, accounts *store.Accounts, acct account.Account) error {
	if acct.Delegation == nil || acct.Delegation.Keyless {
		return nil
	}
	known, err := accounts.List()
	if err != nil {
		return nil // an account that cannot be read may need it
	}
	for _, other := range known {
		if d := other.Delegation; d != nil && strings.EqualFold(d.ServiceAccount, acct.Delegation.ServiceAccount) && sameStore(other.Store, acct.Store) {
			return nil
		}
	}
	secrets, err := a.storeNamed(acct.Store)
	if err != nil {
		return err
	}
	return secrets.Delete(ctx, acct.Delegation.ServiceAccount)
}

// dropKeyOf is dropKey for an account that was delegated before.
func (a *app) dropKeyOf(ctx context.Context, before account.Account) error {
	if before.Delegation == nil {
		return nil
	}
	accounts, err := a.accounts()
	if err != nil {
		return err
	}
	return a.dropKey(ctx, accounts, before)
}

func sameStore(a, b string) bool { return cmp.Or(a, store.File) == cmp.Or(b, store.File) }

// storeNamed opens a store that accounts name, whatever --store says.
func (a *app) storeNamed(spec string) (store.Secrets, error) {
	paths, err := a.paths()
	if err != nil {
		return nil, err
	}
	secrets, err := store.Open(spec, a.storeOptions(paths))
	if err != nil {
		return nil, err
	}
	return hiding{secrets, a.hide, new(learnt)}, nil
}
