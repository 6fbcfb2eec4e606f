package main

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
	"gmailoauth/internal/rollout"
)

// prove proves the mailboxes that were connected, and tells with them, in the
// words of verify, those that could not be: in the file's order, with the exit
// code of all.
func (r *rolling) prove(ctx context.Context) error {
	var which []int
	for i, e := range r.ended {
		if e.err != nil || e.done && r.rows[i].Connects() && !r.flags.noProof {
			which = append(which, i)
		}
	}
	a := r.a
	q := queue{n: len(which), at: func(i int) subject {
		row := r.rows[which[i]]
		if err := r.ended[which[i]].err; err != nil {
			return subject{account: account.Account{Email: row.Account}, err: err}
		}
		return a.entrySubject(r.accounts, row.Entry)
	}}
	f := verifyFlags{proofOptions: proofOptions{sasl: []string{"XOAUTH2"}}, fleet: fleetFlags{retries: fleetRetries}, concurrency: r.flags.concurrency}
	if a.flags.format == "json" {
		return r.writeJSON(func() error {
			if len(which) == 0 {
				return nil
			}
			return a.proveAll(ctx, q, f)
		})
	}
	r.tellDone()
	if len(which) == 0 {
		r.tellRest()
		return nil
	}
	if err := a.print("\n"); err != nil { // between the plan and the proof
		return err
	}
	err := a.proveAll(ctx, q, f)
	if ctx.Err() == nil {
		r.tellRest()
	}
	return err
}

// tellDone counts on stderr what was done with mailboxes that are not proven.
func (r *rolling) tellDone() {
	w := r.a.words()
	done := 0
	for i, row := range r.rows {
		if r.ended[i].done && !row.Connects() {
			done++
		}
	}
	if done > 0 {
		r.a.note(w.Count("apply.changed", done))
	}
}

// tellRest says on stderr how to go on.
func (r *rolling) tellRest() {
	if r.flags.file == "-" {
		return
	}
	id, command := "apply.all-there", "gmailoauth verify --fleet "+r.flags.file
	switch {
	case r.left() > 0 || r.failed():
		id, command = "apply.again", "gmailoauth apply -f "+r.flags.file
	case r.count(rollout.Conflict) > 0:
		id = "apply.but-conflicts"
	}
	r.a.note("")
	(&consenting{app: r.a}).tell(id, "command", command)
}

// cut tells of a run that was ended how many mailboxes are left, and how it goes on.
func (r *rolling) cut(err error) error {
	a := r.a
	if n := r.left(); n > 0 && errors.Is(err, context.Canceled) {
		a.note("")
		(&consenting{app: a}).tellText(a.words().Count("apply.left", n, "command", "gmailoauth apply -f "+r.flags.file))
	}
	if a.flags.format == "json" {
		return r.writeJSON(func() error { return err })
	}
	return err
}
