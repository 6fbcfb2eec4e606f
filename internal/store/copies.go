package store

import (
	"context"
	"slices"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// leaveBehind deletes all copies that are noted, and tells the first that cannot
// be.
func (m *move) leaveBehind(ctx context.Context) error {
	var failed error
	for _, spec := range m.acct.Copies {
		if err := m.drop(ctx, spec); err != nil && failed == nil {
			failed = &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "moved-not-deleted", Err: err,
				Facts: map[string]string{"account": m.acct.Email, "store": spec, "to": m.acct.Store}}
		}
	}
	return failed
}

// drop deletes a copy, and the key if this account was the last one that needed it
// there, and notes that it is gone.
func (m *move) drop(ctx context.Context, spec string) error {
	if err := m.forget(ctx, spec); err != nil {
		return err
	}
	return m.withKey(ctx, func(k *key) error {
		if err := k.drop(ctx, spec, storeOf(m.acct.Store)); err != nil {
			return err
		}
		// Meanwhile nobody else: of two that leave together, one is the last.
		return m.note(func(acct *account.Account) { acct.Copies = without(acct.Copies, spec) })
	})
}

func (m *move) forget(ctx context.Context, spec string) error {
	left, err := m.open(ctx, spec)
	if err != nil {
		return err
	}
	now, err := m.open(ctx, storeOf(m.acct.Store))
	if err != nil {
		return err
	}
	name := fileName(m.acct.Email)
	copied, err := left.keeper.Read(ctx, name)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, err := now.keeper.Read(ctx, name)
	if err != nil || alike(kept, copied) {
		return err // nothing is deleted that is not kept elsewhere
	}
	return left.keeper.Remove(ctx, name)
}

func with(specs []string, spec string) []string { return append(without(specs, spec), spec) }

// without leaves specs as it is: others may hold it.
func without(specs []string, spec string) []string {
	return slices.DeleteFunc(slices.Clone(specs), func(s string) bool { return s == spec })
}
