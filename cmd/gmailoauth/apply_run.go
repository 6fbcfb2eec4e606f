package main

import (
	"context"

	"gmailoauth/internal/fleet"
	"gmailoauth/internal/rollout"
)

// ending is how it went with a mailbox.
type ending struct {
	done bool  // what was to be done is done
	err  error // why it is not
}

// carryOut does what the plan says: first what needs nobody, several mailboxes at
// once, then one consent after another. A mailbox that fails keeps none of the
// others from being connected, unless --fail-fast says so. The error is that of a
// run that was ended.
func (r *rolling) carryOut(ctx context.Context) error {
	var alone, asking []int
	for i, row := range r.rows {
		switch {
		case row.Has(rollout.Blocked):
			r.ended[i].err = row.Err
		case row.Has(rollout.Consent):
			asking = append(asking, i)
		case row.Changes():
			alone = append(alone, i)
		}
	}
	if err := r.together(ctx, alone); err != nil {
		return err
	}
	return r.consents(ctx, asking)
}

// together does what needs nobody.
func (r *rolling) together(ctx context.Context, which []int) error {
	if len(which) == 0 {
		return nil
	}
	a := r.a
	release, err := a.shareHTTP()
	if err != nil {
		return err
	}
	defer release()
	defer frugal()()
	pace := fleet.NewPace(r.flags.concurrency)
	shown := a.showProgress(len(which))
	defer shown.end()
	return fleet.Each(ctx, len(which), window, pace, func(ctx context.Context, i int) error {
		err := a.patiently(ctx, pace, func(ctx context.Context) error { return r.alone(ctx, r.rows[which[i]]) })
		shown.done(err != nil)
		if err != nil && r.flags.failFast {
			pace.Stop()
		}
		return err
	}, func(i int, err error) error {
		if ctx.Err() == nil || err == nil {
			r.ended[which[i]] = ending{err == nil, err}
		}
		return nil
	})
}
