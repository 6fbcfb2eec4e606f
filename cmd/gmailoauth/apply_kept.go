package main

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/fleet"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/rollout"
	"gmailoauth/internal/store"
)

// look reads the accounts that are kept. One that cannot be read is looked at
// again when its turn comes.
func (r *rolling) look(entries []fleet.Entry) {
	list, _ := r.accounts.List()
	r.known = make(map[string]account.Account, len(list))
	for _, acct := range list {
		r.known[strings.ToLower(acct.Email)] = acct
	}
	inFile := make(map[string]bool, len(entries))
	for _, e := range entries {
		inFile[e.Account] = true
	}
	for _, acct := range list {
		if !inFile[strings.ToLower(acct.Email)] {
			r.others = append(r.others, acct.Email)
		}
	}
}

// wanted is a mailbox of the file with what the files say that it names.
func (r *rolling) wanted(e fleet.Entry) rollout.Wanted {
	dir := "" // of stdin: where we are
	if r.flags.file != "-" {
		dir = filepath.Dir(r.flags.file)
	}
	e = e.Within(dir)
	if e.Store != "" {
		e.Store = store.Noted(cmp.Or(r.store, e.Store))
	}
	w := rollout.Wanted{Entry: e, ServiceAccount: e.Access.ServiceAccount}
	if e.Access.Scope != "" {
		w.Scopes = playbook.DelegatedScopes(e.Access.Scope)
	}
	switch {
	case e.Access.Client != "":
		w.Client, w.Err = r.named.client(r.a, e.Access.Client)
	case e.Access.ServiceKey != "":
		key, err := r.named.key(r.a, e.Access.ServiceKey)
		w.ServiceAccount, w.Err = key.Email, err
	}
	return w
}

// kept looks at a mailbox here, and whether what opens it is there.
func (r *rolling) kept(ctx context.Context, email string) rollout.Kept {
	acct, there := r.known[email]
	if !there {
		_, err := r.accounts.Get(email)
		if errors.Is(err, store.ErrNotFound) {
			return rollout.Kept{}
		}
		return rollout.Kept{Err: err}
	}
	k := rollout.Kept{Account: acct, Store: store.Noted(acct.Store)}
	if acct.Delegation != nil && acct.Delegation.Keyless {
		k.Opens = true
		return k
	}
	k.Opens, k.Err = r.opens(ctx, acct)
	return k
}

func (r *rolling) opens(ctx context.Context, acct account.Account) (bool, error) {
	if acct.Delegation != nil {
		_, err := r.a.signer(ctx, acct) // read once for all its mailboxes
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && symptom.Code == "no-service-key" {
			return false, nil
		}
		return err == nil, err
	}
	secrets, err := r.a.storeNamed(acct.Store)
	if err != nil {
		return false, err
	}
	defer r.a.forget(subject{secrets: secrets})
	limited, cancel := context.WithTimeout(ctx, r.a.flags.timeout)
	defer cancel()
	kept, err := secrets.Get(limited, acct.Email)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && !kept.Token.Refresh.IsZero(), err
}

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
