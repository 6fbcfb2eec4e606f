package main

import (
	"cmp"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/fleet"
)

// longestPause is how long a server may ask us to wait between two tries.
const longestPause = time.Minute

// proveAgain proves a mailbox, and tries again what a server put off, so many
// times at most. It never does after a refused login: such a mailbox has more to
// lose than we have to learn. Nor after a test message was sent.
func (a *app) proveAgain(ctx context.Context, s subject, opts proofOptions, pace *fleet.Pace, retries int) finding.Mailbox {
	box := s.prove(ctx, a, opts)
	for try := 1; ; try++ {
		off := a.putOff(box)
		if off.some {
			pace.Slower()
		} else {
			pace.Well()
		}
		if try > retries || opts.sendTest || !off.worth || off.wait > longestPause || !pace.Again() {
			return box
		}
		wait := max(off.wait, backoff(try))
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

// rejoined is a proof in which these protocols (empty: all) were tried again.
// What was tried again says how often.
func rejoined(before, again finding.Mailbox, protocols []string, tries int) finding.Mailbox {
	found := finding.Mailbox{Account: before.Account}
	for _, f := range again.Findings {
		f.Facts = maps.Clone(f.Facts)
		if f.Facts == nil {
			f.Facts = map[string]string{}
		}
		f.Facts["tries"] = strconv.Itoa(tries)
		found.Findings = append(found.Findings, f)
	}
	if len(protocols) == 0 {
		return found
	}
	for _, f := range before.Findings {
		if protocol, _, _ := strings.Cut(f.ID, "."); protocol != "token" && !slices.Contains(protocols, protocol) {
			found.Findings = append(found.Findings, f)
		}
	}
	order := map[string]int{"token": 0, "imap": 1, "smtp": 2, "pop3": 3}
	place := func(f finding.Finding) int { protocol, _, _ := strings.Cut(f.ID, "."); return order[protocol] }
	slices.SortStableFunc(found.Findings, func(a, b finding.Finding) int { return cmp.Compare(place(a), place(b)) })
	return found
}
