package main

import (
	"bytes"
	"context"
	"errors"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
	"gmailoauth/internal/secret"
)

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
