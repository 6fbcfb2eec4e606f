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

// rolling is a run of apply.
type rolling struct {
	a        *app
	flags    applyFlags
	store    string // of --store: wins over the file's
	share    string // I/N; empty: all
	accounts *store.Accounts
	known    map[string]account.Account // as they were kept when the run began
	named    named

	all      int           // mailboxes that the file names
	rows     []rollout.Row // of this machine's share, in the file's order
	ended    []ending      // of rows
	profiles []rollout.Profile
	others   []string // kept here, and not in the file
}

// planRollout reads the file and all that it names, and compares it with what is
// kept. It touches no network, but for stores that are elsewhere.
func (a *app) planRollout(ctx context.Context, f applyFlags) (*rolling, error) {
	share, err := fleet.ParseShard(f.shard, a.env)
	if err != nil {
		return nil, err
	}
	entries, err := a.readFleet("--file", f.file)
	if err != nil {
		return nil, err
	}
	r := &rolling{a: a, flags: f, store: a.flags.store, share: share.String(), all: len(entries)}
	a.flags.store = "" // each mailbox has its own
	if r.accounts, err = a.accounts(); err != nil {
		return nil, err
	}
	r.look(entries)
	wanted := make([]rollout.Wanted, len(entries))
	for i, e := range entries {
		wanted[i] = r.wanted(e)
	}
	profiles, numbers := rollout.Profiles(wanted, r.perProfile())
	r.profiles = profiles
	type numbered struct {
		rollout.Wanted
		profile int
	}
	own := make([]numbered, len(wanted))
	for i, w := range wanted {
		own[i] = numbered{w, numbers[i]}
	}
	own = fleet.Share(share, own)
	look := func(ctx context.Context, i int) rollout.Kept { return r.kept(ctx, own[i].Account) }
	err = fleet.Each(ctx, len(own), window, fleet.NewPace(f.concurrency), look, func(i int, kept rollout.Kept) error {
		row := rollout.Compare(own[i].Wanted, kept, f.replace)
		row.Profile = own[i].profile
		r.rows = append(r.rows, row)
		return nil
	})
	r.ended = make([]ending, len(r.rows))
	return r, err
}

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

// perProfile says how many mailboxes a profile of a target serves, asking once.
func (r *rolling) perProfile() func(string) int {
	known := map[string]int{"": 0}
	return func(name string) int {
		limit, ok := known[name]
		if !ok {
			if t, err := r.a.target(name); err == nil { // it was read a moment ago
				limit = t.MailboxesPerProfile
			}
			known[name] = limit
		}
		return limit
	}
}
