package main

import (
	"cmp"
	"context"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/rollout"
	"gmailoauth/internal/secret"
)

// alone does with a mailbox what needs nobody.
func (r *rolling) alone(ctx context.Context, row rollout.Row) error {
	for _, action := range row.Actions {
		var err error
		switch action {
		case rollout.Delegate:
			err = r.delegate(ctx, row)
		case rollout.Adopt:
			err = r.adopt(ctx, row)
		case rollout.Move:
			_, err = r.a.moveOne(ctx, r.accounts, row.Account, row.Store)
		case rollout.Retarget:
			err = r.accounts.Update(row.Account, func(kept *account.Account) { kept.Target = row.Target })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// storeOf is where the secrets of a mailbox go that is connected now.
func (r *rolling) storeOf(row rollout.Row) string {
	return cmp.Or(row.Store, r.store, row.Before.Store)
}

// delegate keeps a mailbox once Google has given its service account a token for it.
func (r *rolling) delegate(ctx context.Context, row rollout.Row) error {
	a := r.a
	acct, key, err := r.delegated(ctx, row)
	if err != nil {
		return err
	}
	if err := a.canKeep(ctx, acct); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, 3*a.flags.timeout) // as many requests
	defer cancel()
	token, err := a.renewDelegated(limited, acct)
	if err != nil {
		return a.about(acct, a.toldApart(limited, acct, err))
	}
	defer r.forget(token)
	if err := a.keepDelegated(ctx, acct, key, token); err != nil {
		return err
	}
	r.named.kept(acct)
	return nil
}

// delegated describes a mailbox that a service account is to open, and gives the
// key that is to be kept: zero if there is none, or it is kept.
func (r *rolling) delegated(ctx context.Context, row rollout.Row) (account.Account, account.ServiceKey, error) {
	a, access, before := r.a, row.Access, row.Before
	var key account.ServiceKey
	var err error
	switch {
	case access.ServiceKey != "":
		if key, err = r.named.key(a, access.ServiceKey); err != nil {
			return account.Account{}, key, err
		}
		before.ClientID = key.ClientID
		before.Delegation = &account.Delegation{ServiceAccount: key.Email, Scopes: playbook.DelegatedScopes("")}
	case access.ServiceAccount != "":
		if before.ClientID, err = r.named.uniqueID(ctx, a, access.ServiceAccount); err != nil {
			return account.Account{}, key, err
		}
		before.Delegation = &account.Delegation{ServiceAccount: access.ServiceAccount, Scopes: playbook.DelegatedScopes(""), Keyless: true}
	}
	before.Store, before.Target = r.storeOf(row), cmp.Or(row.Target, before.Target)
	acct, _, err := a.delegatedAccount(ctx, row.Account, before, &delegationFlags{scope: access.Scope}, &clientFlags{})
	if err == nil && key.Email != "" {
		key, err = r.named.sign(a, acct, key)
	}
	return acct, key, err
}

// adopt keeps a mailbox whose refresh token was made elsewhere.
func (r *rolling) adopt(ctx context.Context, row rollout.Row) error {
	refresh, err := r.a.secretFromFlags(&clientFlags{}, "refresh_token_file", row.Access.RefreshToken, "")
	if err != nil {
		return err
	}
	_, token, err := r.a.grantTo(ctx, r.granting(row, refresh), consentOptions{})
	if err == nil { // else what is told of it may hold them
		r.forget(token)
	}
	return err
}

// granting is a mailbox that is connected with the client that the file names.
func (r *rolling) granting(row rollout.Row, refresh secret.Text) granting {
	before := row.Before
	if before.ClientID != row.Client.ID {
		before.Grant.Publishing = account.Unknown // another client, perhaps of another project
	}
	return granting{row.Account, *row.Client, refresh, before, r.storeOf(row), cmp.Or(row.Target, before.Target)}
}

// forget ends the hiding of tokens of which nothing is written any more.
func (r *rolling) forget(token account.Token) {
	if r.a.trace == nil {
		r.a.hide.Forget(token.Access, token.Refresh, token.IDToken)
	}
}
