package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// freshToken gives an access token that lives for minValidity at least, and
// whether it was renewed for that; under force it is renewed in any case, by us
// or by another process since we were called. Waiting for another process and
// the renewal together take no longer than --timeout.
//
// A renewed token that could not be kept is returned together with the error.
func (a *app) freshToken(ctx context.Context, acct account.Account, secrets store.Secrets, minValidity time.Duration, force bool) (account.Token, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, a.flags.timeout)
	defer cancel()
	var before secret.Text
	looked := false
	fresh := func(token account.Token) bool {
		if force && !looked {
			looked, before = true, token.Access
			return false
		}
		if force && token.Access.Equal(before) {
			return false // nobody has renewed it since
		}
		return token.FreshFor(minValidity, a.now())
	}
	var old secret.Text
	renew := func(ctx context.Context, kept account.Credentials) (account.Token, error) {
		old = kept.Token.Refresh
		return a.renew(ctx, acct, kept)
	}
	credentials, renewed, err := store.Fresh(ctx, secrets, acct.Email, fresh, renew)
	if now, there, ok := a.movedSince(acct, err); ok && !renewed {
		return a.freshToken(ctx, now, there, minValidity, force)
	}
	if err != nil {
		return credentials.Token, renewed, a.about(acct, err)
	}
	how := "kept"
	if renewed {
		how = "renewed"
	}
	a.trace.step(acct.Email + " access token " + how + ", good until " + credentials.Token.Expiry.UTC().Format(time.RFC3339))
	if renewed {
		a.noteRenewal(acct, credentials.Token, !credentials.Token.Refresh.Equal(old))
	}
	return credentials.Token, renewed, nil
}

// renew asks the provider. Only here a provider, its certificates and a
// connection are needed.
func (a *app) renew(ctx context.Context, acct account.Account, kept account.Credentials) (account.Token, error) {
	if acct.Delegation != nil {
		return a.renewDelegated(ctx, acct)
	}
	if kept.Token.Refresh.IsZero() {
		return account.Token{}, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-refresh-token"}
	}
	provider, err := a.provider()
	if err != nil {
		return account.Token{}, err
	}
	client, err := a.httpClient()
	if err != nil {
		return account.Token{}, err
	}
	defer client.CloseIdleConnections()
	server := oauth.Server{HTTP: client, Provider: provider, Now: a.now}
	token, err := server.Refresh(ctx, account.Client{
		ID: acct.ClientID, Secret: kept.ClientSecret, Type: acct.ClientType, ProjectID: acct.ProjectID, RedirectURIs: acct.RedirectURIs,
	}, kept.Token.Refresh)
	a.hide.Hide(token.Access, token.Refresh, token.IDToken)
	return token, err
}

// about adds to a refusal what is known of the account, for the diagnosis.
func (a *app) about(acct account.Account, err error) error {
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		return fmt.Errorf("renew token of %s: %w", acct.Email, err)
	}
	grant := acct.Grant
	facts := []string{"account", acct.Email, "client_id", acct.ClientID, "client_type", string(acct.ClientType),
		"project", acct.ProjectID, "publishing", string(grant.Publishing), "store", acct.Store, "target", acct.Target}
	if !grant.IssuedAt.IsZero() {
		facts = append(facts, "issued_at", grant.IssuedAt.Format(time.RFC3339))
		days := int(a.now().Sub(grant.IssuedAt) / (24 * time.Hour))
		if !grant.Adopted || days >= 7 { // an adopted grant is older, nobody knows how much
			facts = append(facts, "age_days", strconv.Itoa(days))
		}
	}
	if ends := grant.EndsAt(); !ends.IsZero() {
		facts = append(facts, "ends_at", ends.Format(time.RFC3339))
	}
	return fmt.Errorf("renew token of %s: %w", acct.Email, symptom.With(facts...))
}

// noteRenewal writes into the account when its grant was used last, once a day
// at most, and a new grant's birth at once. That is for the reader's benefit:
// where the account cannot be written the token is none the worse.
func (a *app) noteRenewal(acct account.Account, token account.Token, reborn bool) {
	now := a.now()
	if acct.Store == store.Env || acct.Delegation != nil || !reborn && now.Sub(acct.Grant.RenewedAt).Abs() < 24*time.Hour {
		return
	}
	accounts, err := a.accounts()
	if err != nil {
		return
	}
	_ = accounts.Update(acct.Email, func(kept *account.Account) {
		kept.Grant.RenewedAt = now
		if reborn {
			kept.Grant.IssuedAt, kept.Grant.Lifetime, kept.Grant.Adopted = now, token.RefreshLifetime, false
		}
	})
}
