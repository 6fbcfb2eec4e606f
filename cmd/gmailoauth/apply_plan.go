package main

import (
	"context"

	"gmailoauth/internal/account"
	"gmailoauth/internal/fleet"
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
