package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// How often Google is asked again while a delegation spreads, and how long where
// nobody said: it takes an hour as a rule.
const (
	firstLook     = 15 * time.Second
	lastLook      = 5 * time.Minute
	askedPatience = time.Hour
)

func addWait(cmd *cobra.Command, into *time.Duration) {
	cmd.Flags().DurationVar(into, "wait", 0, "how long to wait for a delegation to spread, such as 30m; Google is asked again meanwhile (default: not at all)")
}

func checkWait(d time.Duration) error {
	if d < 0 || d > 48*time.Hour {
		return badChoice("bad-value", "--wait", "", "0…48h")
	}
	return nil
}

// spreads reports whether a refusal may end by itself: what an administrator has
// authorized takes a while until all of Google knows of it, and until then it is
// refused as if nothing had been authorized.
func (a *app) spreads(err error) bool {
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	return ok && symptom.Where == diagnosis.AtToken && slices.Contains([]string{"delegation-missing", "delegation-scope-missing"}, a.explain(symptom).Name)
}

// openSpreading opens a mailbox that was refused, as soon as Google knows better:
// it asks again after 15 seconds, and then ever less often. told is told of each
// pause; it may be nil. What Google says last is the error.
func (a *app) openSpreading(ctx context.Context, acct account.Account, key account.ServiceKey, patience time.Duration, told func(next, left time.Duration)) error {
	var waited time.Duration
	begun := a.now()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		next := min(pause, patience-waited)
		if told != nil {
			told(next, patience-waited)
		}
		if !a.waits(ctx, next) {
			return ctx.Err()
		}
		waited = max(waited+next, a.now().Sub(begun))
		err := a.tryDelegated(ctx, acct, key)
		switch {
		case err == nil:
			return nil
		case !a.spreads(err):
			return a.about(acct, err)
		}
		if waited >= patience {
			return a.about(acct, a.toldApart(ctx, acct, err))
		}
	}
}

// openPatiently opens a mailbox and, where it was refused for now, waits: as long
// as was said, or as the person at the terminal says.
func (a *app) openPatiently(ctx context.Context, acct account.Account, key account.ServiceKey, patience time.Duration) error {
	err := a.openDelegated(ctx, acct, key)
	if !a.spreads(err) {
		return err
	}
	if patience == 0 && a.interactive() {
		a.note(a.words().Say("delegation.spreading", "account", acct.Email))
		yes, asked := a.agree(ctx, a.words().Say("delegation.spread-offer", "limit", clockOf(askedPatience)))
		if asked != nil {
			return asked
		}
		if yes {
			patience = askedPatience
		}
	}
	if patience == 0 {
		return err
	}
	return a.openSpreading(ctx, acct, key, patience, a.tellSpreading)
}

// tellSpreading tells on stderr that it is waited, and how long.
func (a *app) tellSpreading(next, left time.Duration) {
	a.note(a.words().Say("delegation.spread-next", "next", clockOf(next), "left", clockOf(left)))
}
