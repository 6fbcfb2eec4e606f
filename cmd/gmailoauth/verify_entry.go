package main

import (
	"cmp"
	"errors"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/fleet"
	"gmailoauth/internal/store"
)

// entrySubject is a mailbox of a fleet. One that is not kept here is a failure
// beside the others: a fleet is larger than what was connected so far.
func (a *app) entrySubject(accounts *store.Accounts, e fleet.Entry) subject {
	acct, err := accounts.Get(e.Account)
	if errors.Is(err, store.ErrNotFound) {
		if own, ok := store.EnvAccount(a.lookupEnv); ok && own.Email == e.Account {
			acct, err = own, nil
		} else {
			err = (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: "not-connected", Err: err}).With("account", e.Account)
		}
	}
	if err != nil {
		return subject{account: account.Account{Email: e.Account}, err: err}
	}
	acct.Target, acct.Store = cmp.Or(e.Target, acct.Target), cmp.Or(e.Store, acct.Store)
	secrets, err := a.secretsOf(acct)
	return subject{account: acct, secrets: secrets, err: err, protocols: e.Protocols}
}
