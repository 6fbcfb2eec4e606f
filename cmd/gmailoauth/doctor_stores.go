package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gmailoauth/internal/account"
	"gmailoauth/internal/doctor"
	"gmailoauth/internal/store"
)

// storesInUse are those of --store and of the accounts that are known here, each
// opened by reading what it keeps of every account. When all four variables are
// set, they win, here as everywhere.
func (a *app) storesInUse() []doctor.Store {
	if acct, ok := store.EnvAccount(a.lookupEnv); ok && (a.flags.store == "" || a.flags.store == store.Env) {
		return []doctor.Store{{Spec: store.Env, Open: func(ctx context.Context) error {
			return a.openStore(ctx, store.Env, []account.Account{acct})
		}}}
	}
	specs, users := []string{}, map[string][]account.Account{}
	use := func(spec string, known ...account.Account) {
		spec = cmp.Or(spec, store.File)
		if !slices.Contains(specs, spec) {
			specs = append(specs, spec)
		}
		users[spec] = append(users[spec], known...)
	}
	if a.flags.store != "" {
		use(a.flags.store)
	}
	accounts, err := a.accounts()
	if err == nil {
		var known []account.Account
		known, err = accounts.List()
		for _, acct := range known {
			if a.flags.store == "" || a.flags.store == cmp.Or(acct.Store, store.File) {
				use(acct.Store, acct)
			}
		}
	}
	var stores []doctor.Store
	for _, spec := range specs {
		stores = append(stores, doctor.Store{Spec: spec, Keyring: spec == store.Keyring,
			Open: func(ctx context.Context) error { return a.openStore(ctx, spec, users[spec]) }})
	}
	if err != nil { // an account's file cannot be read
		stores = append(stores, doctor.Store{Spec: store.File, Open: func(context.Context) error { return err }})
	}
	return stores
}

// openStore reads the secrets of accounts; of a store that has none yet, those
// of somebody whom it does not know.
func (a *app) openStore(ctx context.Context, spec string, known []account.Account) error {
	for _, acct := range known {
		secrets, err := a.secretsOf(acct)
		if err == nil {
			_, err = secrets.Get(ctx, acct.Email)
		}
		if err != nil {
			return err
		}
	}
	if len(known) > 0 {
		return nil
	}
	secrets, err := a.secretsOf(account.Account{Store: spec})
	if err != nil {
		return err
	}
	if _, err = secrets.Get(ctx, "nobody@example.com"); errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
