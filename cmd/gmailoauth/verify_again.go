package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/fleet"
)

// patience is how long a mailbox may wait between its tries, all together: others
// wait behind it.
const patience = time.Minute

// proveAgain proves a mailbox, and tries again what a server put off, so many
// times at most. It never does after a refused login: such a mailbox has more to
// lose than we have to learn. Nor after a test message was sent.
func (a *app) proveAgain(ctx context.Context, s subject, opts proofOptions, pace *fleet.Pace, retries int) finding.Mailbox {
	box := s.prove(ctx, a, opts)
	var waited time.Duration
	for try := 1; ; try++ {
		off := a.putOff(box)
		if off.some {
			pace.Slower()
		} else {
			pace.Well()
		}
		wait := max(off.wait, backoff(try))
		waited += wait
		if try > retries || opts.sendTest || !off.worth || waited > patience || !pace.Again() {
			return box
		}
		if !pace.Outside(ctx, func() bool { return a.waits(ctx, wait) }) {
			return box
		}
		next := opts
		if len(off.protocols) > 0 {
			next.protocols = off.protocols
		}
		box = rejoined(box, s.prove(ctx, a, next), off.protocols, try+1)
	}
}

// putOff is what of a proof may do better in a moment.
type putOff struct {
	some      bool          // something was put off
	worth     bool          // and nothing has failed for good
	protocols []string      // empty: all, since there was no token
	wait      time.Duration // as a server asked
}

func (a *app) putOff(box finding.Mailbox) putOff {
	var off putOff
	all, final := false, false
	for _, f := range box.Findings {
		if f.Status != finding.Fail {
			continue
		}
		if f.Symptom == nil || !a.explain(f.Symptom).Again {
			final = true
			continue
		}
		off.some = true
		if seconds, err := strconv.Atoi(f.Symptom.Facts["retry_after"]); err == nil {
			off.wait = max(off.wait, time.Duration(seconds)*time.Second)
		}
		protocol, _, _ := strings.Cut(f.ID, ".")
		switch {
		case f.ID == "token.refresh":
			all = true
		case protocol != "token" && !slices.Contains(off.protocols, protocol):
			off.protocols = append(off.protocols, protocol)
		}
	}
	off.worth = !final && (all || len(off.protocols) > 0)
	if all {
		off.protocols = nil
	}
	return off
}

// backoff is the pause before another try: about a second, two, four.
func backoff(try int) time.Duration {
	base := time.Second << min(try-1, 5)
	return base/2 + rand.N(base)
}

// waits pauses, and says whether to go on.
func (a *app) waits(ctx context.Context, d time.Duration) bool {
	if a.pause != nil {
		return a.pause(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
