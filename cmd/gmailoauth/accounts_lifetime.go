package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/report"
	"gmailoauth/internal/verify"
)

// lifeOf is the clock that verify reads too, of an account that is only listed.
func (a *app) lifeOf(ctx context.Context, acct account.Account, known siblings, before days) verify.Lifetime {
	if acct.Delegation != nil {
		return verify.Lifetime{} // nobody consented, so nothing ends
	}
	birth := verify.Birth{Grant: acct.Grant, Published: acct.PublishedAt, WarnBefore: time.Duration(before)}
	birth.Siblings = func() verify.Siblings {
		secrets, err := a.secretsOf(acct)
		if err != nil {
			secrets = nil
		}
		return known.of(ctx, acct, secrets)
	}
	return verify.LifetimeOf(birth, a.now())
}

// lifetime is what there is to say of how long a consent will last, in verify's
// words: "" when nothing threatens it.
func (a *app) lifetime(life verify.Lifetime) string {
	return report.Lifetime(a.words(), life.Facts(a.now()), a.now())
}

// clientIdleOf tells that none of a client's accounts was used for so long that
// Google may delete the client itself, as far as this machine knows.
func (a *app) clientIdleOf(acct account.Account, known siblings) string {
	client := known[acct.ClientID]
	if client == nil || !verify.LongUnused("client-idle-lifetime", client.latest.at, 0, a.now()) {
		return ""
	}
	return report.Unused(a.words(), "client-idle", a.now().Sub(client.latest.at))
}

// addWarnBefore is the flag of all that reads that clock.
func addWarnBefore(cmd *cobra.Command, into *days) {
	cmd.Flags().Var(into, "warn-before", "warn this long before a consent ends, 48h or 7d; without it, of every end that is set")
}
