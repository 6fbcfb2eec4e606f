package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/sandbox"
)

// spread has the Workspace's delegation known to Google after so many pauses, and
// notes them; never if negative.
func (o *workplace) spread(after int, pauses *[]time.Duration) {
	o.pause = func(_ context.Context, d time.Duration) bool {
		*pauses = append(*pauses, d)
		if len(*pauses) == after {
			o.serviceKey(sandbox.AllDelegated()...)
		}
		return true
	}
}

// Right after the administrator has authorized it, a delegation is refused for a
// while: with --wait Google is asked again, ever less often, and the mailbox is
// kept as soon as it is opened.
func TestWaitingForADelegation(t *testing.T) {
	for name, c := range map[string]struct {
		wait   string
		after  int
		code   int
		pauses string
	}{
		"known at once":                  {"30m", 0, 0, "[]"},
		"known after the third pause":    {"30m", 3, 0, "[15s 30s 1m0s]"},
		"not known when the time is up":  {"70s", -1, 4, "[15s 30s 25s]"},
		"never more than five minutes":   {"20m", -1, 4, "[15s 30s 1m0s 2m0s 4m0s 5m0s 5m0s 2m15s]"},
		"without --wait nobody waits":    {"0s", -1, 4, "[]"},
		"known with the very last pause": {"45s", 2, 0, "[15s 30s]"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newWorkplace(t)
			_, file := o.serviceKey()
			if c.after == 0 {
				_, file = o.serviceKey(sandbox.AllDelegated()...)
			}
			var pauses []time.Duration
			o.spread(c.after, &pauses)
			got := o.delegates("--service-account-file", file, "--wait", c.wait)
			if got.code != c.code || fmt.Sprint(pauses) != c.pauses {
				t.Errorf("authorize: exit %d after %v, want %d after %s\n%s", got.code, pauses, c.code, c.pauses, got.err)
			}
			if told := strings.Count(got.err, "Not yet. Asking again in"); told != len(pauses) {
				t.Errorf("%d pauses are told, want %d:\n%s", told, len(pauses), got.err)
			}
			if c.code == 4 && lastWord(got.err) != "delegation-missing" {
				t.Errorf("not told what it is:\n%s", got.err)
			}
			if kept := o.runs("accounts", "show", o.who); (kept.code == 0) != (c.code == 0) {
				t.Errorf("accounts show: exit %d", kept.code)
			}
		})
	}
	o := newWorkplace(t)
	for _, args := range [][]string{{"authorize", o.who}, {"setup"}} {
		if got := o.runs(append(args, "--grant", "delegation", "--wait", "-1m")...); got.code != 2 {
			t.Errorf("%s --wait -1m: exit %d\n%s", args[0], got.code, got.err)
		}
	}
}

// On a terminal it is offered, and Ctrl-C ends it.
func TestWaitingIsOffered(t *testing.T) {
	for answer, c := range map[string]struct{ code, pauses int }{"yes\n": {0, 2}, "no\n": {4, 0}} {
		o := newWorkplace(t)
		_, file := o.serviceKey()
		var pauses []time.Duration
		o.spread(2, &pauses)
		o.types(t, answer)
		got := o.delegates("--service-account-file", file)
		if got.code != c.code || len(pauses) != c.pauses || !strings.Contains(got.err, "Right after it was authorized that is to be expected") {
			t.Errorf("answered %q: exit %d after %v, want %d after %d\n%s", answer, got.code, pauses, c.code, c.pauses, got.err)
		}
	}
	o := newWorkplace(t)
	_, file := o.serviceKey()
	ctx, cancel := context.WithCancel(t.Context())
	o.pause = func(context.Context, time.Duration) bool { cancel(); return false }
	code, _, said := o.let(func(a *app) int {
		return a.run(ctx, []string{"authorize", o.who, "--grant", "delegation", "--service-account-file", file, "--wait", "30m"})
	})
	if code != exitInterrupted {
		t.Errorf("interrupted: exit %d\n%s", code, said)
	}
}

// Setup waits as well: when it was told so, and when the person at the terminal
// chooses to; left meanwhile, it goes on at the same step.
func TestSetupWaitsForADelegation(t *testing.T) {
	walk := func(file string, more ...string) []string {
		return append([]string{"setup", "--target", "generic-desktop", "--grant", "delegation", "--account", "sales@example.com,office@example.com",
			"--project", "my-mail-123", "--service-account-file", file, "--scope", "mail", "--ack", "console"}, more...)
	}
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	_, file := o.serviceKey()
	var pauses []time.Duration
	o.spread(3, &pauses)
	if got := o.runs(walk(file, "--no-input", "--wait", "1h")...); got.code != 0 || len(pauses) != 3 || strings.Count(got.err, "Not yet.") != 3 || !strings.Contains(got.err, "2 mailboxes: 2 passed") {
		t.Errorf("setup --no-input --wait 1h: exit %d after %v\n%s", got.code, pauses, got.err)
	}

	o = newWorkplace(t)
	_, file = o.serviceKey()
	pauses = nil
	o.spread(2, &pauses)
	o.types(t, "\n\n1\n")
	if got := o.runs(walk(file)...); got.code != 0 || len(pauses) != 2 || !strings.Contains(got.err, "Wait here: Google is asked again") {
		t.Errorf("setup, waiting chosen: exit %d after %v\n%s", got.code, pauses, got.err)
	}

	o = newWorkplace(t)
	_, file = o.serviceKey()
	ctx, cancel := context.WithCancel(t.Context())
	o.pause = func(context.Context, time.Duration) bool { cancel(); return false }
	o.types(t, "\n\n1\n")
	code, _, said := o.let(func(a *app) int { return a.run(ctx, walk(file)) })
	if code != exitInterrupted || !strings.Contains(said, "place is kept") {
		t.Errorf("setup, left while waiting: exit %d\n%s", code, said)
	}
	o.serviceKey(sandbox.AllDelegated()...)
	o.types(t, "\n\n\n")
	if got := o.runs("setup"); got.code != 0 || !strings.Contains(got.err, "2 mailboxes: 2 passed") {
		t.Errorf("setup, gone on with: exit %d\n%s", got.code, got.err)
	}
}
