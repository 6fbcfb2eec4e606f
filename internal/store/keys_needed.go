package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store/layout"
)

// onePlace reports whether what is written to one store is read in the other.
// Stores of two kinds are two places.
func (k *key) onePlace(ctx context.Context, name, spec string, left *keptSecrets) (bool, error) {
	if kindOf(name) != kindOf(spec) {
		return false, nil
	}
	now, err := k.stores.open(ctx, name)
	if err != nil {
		return false, err
	}
	kept, err := now.Get(ctx, k.name)
	if err != nil {
		return false, missingIsFine(err)
	}
	text, err := k.stores.write(ctx, now, kept)
	if err != nil {
		return false, err
	}
	read, err := left.keeper.Read(ctx, fileName(k.name))
	return err == nil && alike(read, text), err
}

func kindOf(spec string) string {
	kind, _, _ := strings.Cut(spec, ":")
	return kind
}

// needed reports whether another account needs the key in a store, and else the
// other stores in which accounts need it. An account on its way to a store, or
// not wholly away from it, needs it there: whoever is last takes it away.
//
// Accounts are looked at in no order, and the last one that was found to need it
// is looked at first: so thousands that move together are not all read for each.
func (k *key) needed(spec string) (others []string, needed bool) {
	a := k.accounts
	about := k.name + "\n" + spec
	if email := a.needing[about]; email != "" {
		if acct, err := a.Get(email); err == nil && k.at(acct, spec) {
			return nil, true
		}
	}
	entries, err := os.ReadDir(a.dir.path)
	if err != nil {
		return nil, true
	}
	for _, i := range rand.Perm(len(entries)) {
		name := entries[i].Name()
		if strings.HasPrefix(name, ".") || filepath.Ext(name) != layout.Suffix {
			continue
		}
		acct, err := readAccount(filepath.Join(a.dir.path, name), "")
		switch {
		case errors.Is(err, ErrNotFound): // removed since
		case err != nil:
			return nil, true
		case k.at(acct, spec):
			a.needing[about] = acct.Email
			return nil, true
		case k.opens(acct):
			others = with(others, storeOf(acct.Store))
		}
	}
	return others, false
}

// opens reports whether the key opens an account, another than its own.
func (k *key) opens(acct account.Account) bool {
	return strings.EqualFold(keyOf(acct), k.name) && !same(acct.Email, k.email)
}

// at reports whether an account needs the key in a store.
func (k *key) at(acct account.Account, spec string) bool {
	return k.opens(acct) && slices.Contains(with(acct.Copies, storeOf(acct.Store)), spec)
}
