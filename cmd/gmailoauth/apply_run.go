package main

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/fleet"
	"gmailoauth/internal/report"
	"gmailoauth/internal/rollout"
	"gmailoauth/internal/secret"
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
	if len(which) > window {
		defer frugal()()
	}
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

// patiently does something, and does it again when a server has put it off.
func (a *app) patiently(ctx context.Context, pace *fleet.Pace, do func(context.Context) error) error {
	var waited time.Duration
	for try := 1; ; try++ {
		err := do(ctx)
		again, wait := false, time.Duration(0)
		if err != nil {
			symptom := diagnosis.SymptomOf(err)
			again = a.explain(symptom).Again
			seconds, _ := strconv.Atoi(symptom.Facts["retry_after"])
			wait = time.Duration(seconds) * time.Second
		}
		if again {
			pace.Slower()
		} else {
			pace.Well()
		}
		wait = max(wait, backoff(try))
		waited += wait
		if !again || try > fleetRetries || waited > patience || !pace.Again() {
			return err
		}
		if !pace.Outside(ctx, func() bool { return a.waits(ctx, wait) }) {
			return err
		}
	}
}

// consents has one person after another consent.
func (r *rolling) consents(ctx context.Context, which []int) error {
	a := r.a
	if out := a.term.Out; a.flags.format == "json" { // which stdout holds alone: addresses go beside it
		a.term.Out = a.term.Err
		defer func() { a.term.Out = out }()
	}
	for n, i := range which {
		row := r.rows[i]
		if r.flags.failFast && r.failed() {
			return nil
		}
		if a.flags.noInput {
			r.ended[i].err = inputSymptom("consent-needed", "account", row.Account, "file", row.Access.Client)
			continue
		}
		a.note("\n" + a.words().Say("apply.consenting", "n", a.words().Number(n+1), "all", a.words().Number(len(which)), "account", row.Account))
		o := r.flags.consent
		o.Another = n > 0
		acct, token, err := a.grantTo(ctx, r.granting(row, secret.Text{}), o)
		if ctx.Err() != nil && err != nil || errors.Is(err, context.Canceled) {
			return context.Canceled
		}
		r.ended[i] = ending{err == nil, err}
		if err != nil {
			a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error {
				return report.FourLines(b, a.reportOptions(a.term.ErrTTY), a.explain(diagnosis.SymptomOf(err)))
			})
			continue
		}
		a.tellKept(acct, "apply.kept")
		r.forget(token)
	}
	return nil
}

func (r *rolling) failed() bool {
	for _, e := range r.ended {
		if e.err != nil {
			return true
		}
	}
	return false
}

// left counts the mailboxes with which something is still to be done.
func (r *rolling) left() (n int) {
	for i, row := range r.rows {
		if row.Changes() && !r.ended[i].done {
			n++
		}
	}
	return n
}
