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
// what is kept, before any command is made: they wait for it at each login, and
// the tree of commands would take a third of the time. It reports whether it
// has answered; all else, and every failure, is the command's to tell.
func (a *app) cached(ctx context.Context, args []string) bool {
	if len(args) != 2 || args[0] != "token" || strings.HasPrefix(args[1], "-") {
		return false
	}
	for _, flag := range []string{"store", "format", "min-validity", "renew", "timeout", "trace", "verbose", "no-input", "no-color", "accessible"} {
		if a.env(variableOf(flag)) != "" {
			return false
		}
	}
	acct, secrets, err := a.account(ctx, args[1])
	if err != nil || !store.Immediate(acct.Store) {
		return false // what may keep one waiting, or ask for a password, is asked once
	}
	kept, err := secrets.Get(ctx, acct.Email)
	if err != nil || !kept.Token.FreshFor(enough, a.now()) {
		return false
	}
	return a.print(kept.Token.Access.Reveal()+"\n") == nil
}
