package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/fleet"
)

// window is how many mailboxes may be proven and wait for a slow one before
// them: some megabytes.
const window = 512

// enoughMemory is what the heap of a run over more than that is held to, in
// bytes, where memory is collected too late: on a machine that has much to do.
const enoughMemory = 64 << 20

// frugal holds the heap to enoughMemory until it is called off.
func frugal() (off func()) {
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, enoughMemory))
	return func() { debug.SetMemoryLimit(before) }
}

// proven is a mailbox that is ready to be written.
type proven struct {
	box finding.Mailbox // without secrets
	cut bool            // the run was ended meanwhile: what it says is no fault of the mailbox
}

// proveAll proves the mailboxes of a queue, a few at a time, and writes them in
// their order. What was begun when the run is ended by fail-fast is written too.
func (a *app) proveAll(ctx context.Context, q queue, f verifyFlags) error {
	release, err := a.shareHTTP()
	if err != nil {
		return err
	}
	defer release()
	if q.n > window {
		defer frugal()()
	}
	proof, err := a.newProof(proofOf{command: "verify", output: f.output, shard: q.shard, strict: f.strict})
	if err != nil {
		return err
	}
	defer proof.close()
	pace := fleet.NewPace(f.concurrency)
	shown := a.showProgress(q.n)
	defer shown.end()
	err = fleet.Each(ctx, q.n, window, pace, func(ctx context.Context, i int) proven {
		s := q.at(i)
		box := a.proveAgain(ctx, s, f.proofOptions, pace, f.fleet.retries)
		shown.done(failed(box))
		if f.fleet.failFast && failed(box) {
			pace.Stop()
		}
		box = a.cleanMailbox(box)
		a.forget(s)
		return proven{box, ctx.Err() != nil}
	}, func(_ int, p proven) error {
		if p.cut {
			return nil
		}
		return shown.above(func() error { return proof.box(p.box) })
	})
	shown.end()
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("write the proof: %w", err)
	}
	return proof.end(ctx)
}

func failed(box finding.Mailbox) bool {
	return slices.ContainsFunc(box.Findings, func(f finding.Finding) bool { return f.Status == finding.Fail })
}
