package store

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
)

// key is what a service account signs with. It is kept under its address, once
// in each store in which an account is that it opens. With nil there is none, and
// nothing to do.
type key struct {
	name     string
	email    string // of the account on whose behalf
	accounts *Accounts
	stores   move // locks it there
}

// DropKey deletes the key that opens an account, if a key does, from the stores
// that the account names, unless another account needs it there: be it under
// another name of the same place. An account that cannot be read may need it.
// What a store refuses is a Symptom. It waits for whoever carries the key.
func (a *Accounts) DropKey(ctx context.Context, acct account.Account, options Options) error {
	return a.withKey(ctx, acct, options, func(k *key) error {
		for _, spec := range with(acct.Copies, storeOf(acct.Store)) {
			if err := k.drop(ctx, spec, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// withKey does something with the key that opens an account, while nobody else
// does: nil, if no key opens it.
func (a *Accounts) withKey(ctx context.Context, acct account.Account, options Options, do func(*key) error) error {
	name := keyOf(acct)
	if name == "" {
		return do(nil)
	}
	a.keys.Lock() // in this process: a file's lock is polled for
	defer a.keys.Unlock()
	k := &key{name: name, email: acct.Email, accounts: a,
		stores: move{acct: account.Account{Email: name}, options: options, held: map[string]func(){}}}
	defer k.stores.release()
	if err := k.stores.lock(ctx, a.locks, name); err != nil {
		return err
	}
	return do(k)
}

// keyOf is under which name the key that opens an account is kept, or "".
func keyOf(acct account.Account) string {
	if acct.Delegation == nil || acct.Delegation.Keyless {
		return ""
	}
	return acct.Delegation.ServiceAccount
}

// fits refuses a store with a key that cannot be read: it is not overwritten.
func (k *key) fits(ctx context.Context, to string) error {
	if k == nil {
		return nil
	}
	there, err := k.stores.open(ctx, to)
	if err != nil {
		return err
	}
	_, err = there.Get(ctx, k.name)
	return missingIsFine(err)
}

// carry writes the key to another store, unless that has it. Where there is none,
// nothing is carried: the proof tells that it is missing.
func (k *key) carry(ctx context.Context, from, to string) error {
	if k == nil {
		return nil
	}
	there, err := k.stores.open(ctx, to)
	if err != nil {
		return err
	}
	if _, err := there.Get(ctx, k.name); !errors.Is(err, ErrNotFound) {
		return err
	}
	here, err := k.stores.open(ctx, from)
	if err != nil {
		return err
	}
	kept, err := here.Get(ctx, k.name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		_, err = k.stores.write(ctx, there, kept)
	}
	return err
}

// drop deletes the key in a store where no account needs it any more. With
// elsewhere, the store that has it now, nothing is deleted that is not there.
func (k *key) drop(ctx context.Context, spec, elsewhere string) error {
	if k == nil {
		return nil
	}
	names, needed := k.needed(spec)
	if needed {
		return nil
	}
	left, err := k.stores.open(ctx, spec)
	if err != nil {
		return err
	}
	if _, err := left.Get(ctx, k.name); err != nil {
		return missingIsFine(err)
	}
	if elsewhere != "" {
		now, err := k.stores.open(ctx, elsewhere)
		if err != nil {
			return err
		}
		if _, err := now.Get(ctx, k.name); err != nil {
			return missingIsFine(err)
		}
		names = with(names, elsewhere)
	}
	for _, name := range names {
		if one, err := k.onePlace(ctx, name, spec, left); one || err != nil {
			return err
		}
	}
	return left.Delete(ctx, k.name)
}

func missingIsFine(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
