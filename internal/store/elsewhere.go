package store

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store/vault"
)

// Where secrets are shared by machines, a lock of this one does not keep the
// others out: such a store refuses to replace what has changed since it was
// read. That is the one thing by which the others are noticed.

// rounds bounds how often others may come first.
const rounds = 5

// shared says of an error of Put that somebody else has written.
func shared(err error) bool { return errors.Is(err, vault.ErrChanged) }

// elsewhere gives what another machine has kept in the meantime, if it is
// fresh: a renewal that is refused may be one that came second.
func elsewhere(ctx context.Context, secrets Secrets, email string, fresh func(account.Token) bool) (account.Credentials, bool) {
	theirs, err := secrets.Get(ctx, email)
	return theirs, err == nil && fresh(theirs.Token)
}

// settle decides between what was granted here and what another machine kept
// while it was. Theirs stays, if it is fresh, unless ours brought a new refresh
// token later: the last one that a server gave is the one that it takes. Else
// ours goes on top of theirs. ours says whose the credentials are. err is that
// of the Put that was refused.
func settle(ctx context.Context, secrets Secrets, email string, fresh func(account.Token) bool,
	old, granted account.Token, err error,
) (settled account.Credentials, ours bool, _ error) {
	newRefresh := !granted.Refresh.IsZero() && !granted.Refresh.Equal(old.Refresh)
	for range rounds {
		theirs, failed := secrets.Get(ctx, email)
		if failed != nil {
			return settled, true, failed
		}
		renewed := !theirs.Token.Refresh.Equal(old.Refresh)
		if fresh(theirs.Token) && (!newRefresh || renewed && !granted.Expiry.After(theirs.Token.Expiry)) {
			return theirs, false, nil
		}
		settled = theirs
		settled.Token = merge(theirs.Token, granted)
		if err = secrets.Put(ctx, email, settled); !shared(err) {
			break
		}
	}
	return settled, true, err
}
