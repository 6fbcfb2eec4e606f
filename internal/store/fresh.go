package store

import (
	"context"
	"errors"
	"fmt"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// Fresh gives the credentials of email with a token that fresh accepts. What is
// kept is looked at first, without a lock; if it is stale, Fresh takes the
// account's lock, looks again (another process may have been quicker), and only
// then calls renew, with ctx, and keeps what it got. An error of renew changes
// nothing and is returned as it is, unless another machine that shares the store
// has kept a fresh token by then.
//
// renewed says that renew succeeded. If what it got could not be kept, the
// credentials are returned together with the error: a token that works, and
// perhaps the only copy of a new refresh token. What was kept before stays kept.
func Fresh(ctx context.Context, secrets Secrets, email string, fresh func(account.Token) bool,
	renew func(context.Context, account.Credentials) (account.Token, error),
) (credentials account.Credentials, renewed bool, err error) {
	credentials, err = secrets.Get(ctx, email)
	if err != nil || fresh(credentials.Token) {
		return credentials, false, err
	}
	release, err := secrets.Lock(ctx, email)
	if err != nil {
		return account.Credentials{}, false, err
	}
	defer release()
	credentials, err = secrets.Get(ctx, email)
	if err != nil || fresh(credentials.Token) {
		return credentials, false, err
	}
	token, err := renew(ctx, credentials)
	if err != nil {
		if theirs, ok := elsewhere(ctx, secrets, email, fresh); ok {
			return theirs, false, nil
		}
		return account.Credentials{}, false, err
	}
	old := credentials.Token
	credentials.Token = merge(old, token)
	// The time of the call may be over by now; what was granted is kept all the same.
	keeping := context.WithoutCancel(ctx)
	err = secrets.Put(keeping, email, credentials)
	if shared(err) {
		settled, ours, unsettled := settle(keeping, secrets, email, fresh, old, token, err)
		if err = unsettled; err == nil {
			return settled, ours, nil
		}
	}
	if err != nil {
		return credentials, true, unkept(email, !token.Refresh.IsZero() && !token.Refresh.Equal(old.Refresh), err)
	}
	return credentials, true, nil
}

// merge is the granted token with what the reply to a renewal leaves out
// because it has not changed.
func merge(old, granted account.Token) account.Token {
	if granted.Refresh.IsZero() {
		granted.Refresh = old.Refresh
		if granted.RefreshLifetime == 0 {
			granted.RefreshLifetime = old.RefreshLifetime
		}
	}
	if len(granted.Scopes) == 0 {
		granted.Scopes = old.Scopes
	}
	if granted.Type == "" {
		granted.Type = old.Type
	}
	return granted
}

// unkept is the error of a renewal that could not be kept. A new refresh token
// makes it graver than its cause: the server may drop the old one.
func unkept(email string, newRefresh bool, err error) error {
	if !newRefresh {
		return fmt.Errorf("keep renewed token of %s: %w", email, err)
	}
	facts := map[string]string{"account": email}
	if cause, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		facts["cause"], facts["file"] = cause.Code, cause.Facts["file"]
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "new-refresh-token-not-kept", Err: err, Facts: facts}
}
