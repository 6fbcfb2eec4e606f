package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/fleet"
)

// window is how many mailboxes may be proven and wait for one before them: more
// than are proven in the ten seconds that three more tries take, or one mailbox
// that was put off would hold up all others. They take some thirty megabytes.
const window = 4096

// enoughMemory is what the heap of a run is held to, in bytes: on a machine that
// has much to do, memory is collected too late.
const enoughMemory = 64 << 20

// frugal holds the heap to enoughMemory until it is called off, and lets it grow
// so far before it is looked through: what one mailbox needs is soon garbage.
func frugal() (off func()) {
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, enoughMemory))
	percent := debug.SetGCPercent(400)
	return func() { debug.SetMemoryLimit(before); debug.SetGCPercent(percent) }
}

// proveAll proves the mailboxes of a queue, a few at a time, and writes them in
// their order. What was begun when the run is ended by fail-fast is written too.
func (a *app) proveAll(ctx context.Context, q queue, f verifyFlags) error {
	release, err := a.shareHTTP()
	if err != nil {
		return err
	}
	defer release()
	defer frugal()()
	proof, err := a.newProof("verify", proofFlags{output: f.output, shard: q.shard, strict: f.strict})
	if err != nil {
		return err
	}
	defer proof.close()
	proof.since(f.baseline, f.strict)
	pace := fleet.NewPace(f.concurrency)
	shown := a.showProgress(q.n)
	defer shown.end()
	written := 0
	err = fleet.Each(ctx, q.n, window, pace, func(ctx context.Context, i int) finding.Mailbox {
		s := q.at(i)
		box := a.proveAgain(ctx, s, f.proofOptions, pace, f.fleet.retries)
		if ctx.Err() != nil {
			box = interrupted(box)
		}
		shown.done(failed(box))
		if f.fleet.failFast && failed(box) {
			pace.Stop()
		}
		box = a.cleanMailbox(box)
		a.forget(s)
		return box
	}, func(_ int, box finding.Mailbox) error {
		written++
		return shown.above(func() error { return proof.box(box) })
	})
	shown.end()
	if errors.Is(err, context.Canceled) {
		err = cmp.Or(proof.tellRest(q, written), err)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("write the proof: %w", err)
	}
	return proof.end(ctx)
}

func failed(box finding.Mailbox) bool {
	return slices.ContainsFunc(box.Findings, func(f finding.Finding) bool { return f.Status == finding.Fail })
}
