package main

import (
	"context"
	"strings"
	"time"

	"gmailoauth/internal/store"
)

// enough is how long a token lives at least that is handed out without being
// renewed, where --min-validity does not say.
const enough = 5 * time.Minute

// cached answers the command line that mail programs use, token EMAIL, from
// what is kept, before anything else is done: they wait for it at each login,
// and the tree of commands and the handling of signals would take a third of
// the time. It answers for secrets in files alone, which cannot make it wait:
// nothing can interrupt it. It reports whether it has answered; all else, and
// every failure, is the command's to tell.
func (a *app) cached(ctx context.Context, args []string) bool {
	if len(args) != 2 || args[0] != "token" || strings.HasPrefix(args[1], "-") {
		return false
	}
	for _, flag := range []string{"store", "format", "min-validity", "renew", "timeout", "trace", "verbose", "no-input", "no-color", "accessible"} {
		if a.env(variableOf(flag)) != "" {
			return false
		}
	}
	acct, err := a.findAccount(args[1])
	if err != nil || !store.Immediate(acct.Store) {
		return false // what may keep one waiting, or ask for a password, is asked once
	}
	secrets, err := a.secretsOf(acct)
	if err != nil {
		return false
	}
	kept, err := secrets.Get(ctx, acct.Email)
	if err != nil || !kept.Token.FreshFor(enough, a.now()) {
		return false
	}
	return a.print(kept.Token.Access.Reveal()+"\n") == nil
}
