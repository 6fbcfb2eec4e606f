package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/store"
)

// delegatedAccount describes the account that flags ask for, and the key that
// they bring: zero if none.
func (a *app) delegatedAccount(ctx context.Context, email string, before account.Account, d *delegationFlags, files *clientFlags) (account.Account, account.ServiceKey, error) {
	var key account.ServiceKey
	if _, domain, _ := strings.Cut(email, "@"); slices.Contains(strings.Fields(google.Known().Domains["consumer"].Value), domain) {
		return account.Account{}, key, inputSymptom("delegation-of-consumer-mailbox", "account", email, "domain", domain)
	}
	acct := account.Account{Email: email, ClientType: account.ServiceAccount, Store: a.flags.store, Target: before.Target,
		Delegation: &account.Delegation{Scopes: playbook.DelegatedScopes(d.scope)}}
	if acct.Store == "" {
		acct.Store = before.Store
	}
	serviceAccount := strings.ToLower(d.serviceAccount)
	if d.keyFile+serviceAccount == "" && before.Delegation == nil {
		named, err := a.identityAccount()
		if err != nil {
			return acct, key, err
		}
		serviceAccount = named
	}
	switch {
	case d.keyFile != "":
		read, err := a.readServiceKey(d.keyFile, files)
		if err != nil {
			return acct, key, err
		}
		key = read
		acct.ClientID, acct.Delegation.ServiceAccount = key.ClientID, key.Email
		if err := a.useKey(acct, key); err != nil {
			return acct, key, err
		}
	case serviceAccount != "":
		console, err := a.signingConsole(ctx)
		if err != nil {
			return acct, key, err
		}
		found, err := console.ServiceAccount(ctx, serviceAccount)
		if err != nil {
			return acct, key, err
		}
		acct.ClientID = found.UniqueID
		acct.Delegation.ServiceAccount, acct.Delegation.Keyless = serviceAccount, true
	case before.Delegation != nil:
		acct.ClientID, acct.Delegation.ServiceAccount, acct.Delegation.Keyless = before.ClientID, before.Delegation.ServiceAccount, before.Delegation.Keyless
		if d.scope == "" {
			acct.Delegation.Scopes = before.Delegation.Scopes
		}
	default:
		return acct, key, inputSymptom("missing-flag", "flags", "--service-account-file")
	}
	acct.ProjectID = account.ServiceAccountProject(acct.Delegation.ServiceAccount)
	acct.Grant = account.Grant{ClientID: acct.ClientID, Scopes: acct.Delegation.Scopes}
	return acct, key, nil
}

// readServiceKey reads the file of --service-account-file.
func (a *app) readServiceKey(path string, files *clientFlags) (account.ServiceKey, error) {
	data, err := a.readInput(files, "--service-account-file", path)
	if err != nil {
		return account.ServiceKey{}, err
	}
	key, err := account.ReadServiceKey(data, path)
	if err == nil {
		a.hide.Hide(key.Private, key.Text())
	}
	return key, err
}

// toldApart finds out what Google does not say: whether it is the scope alone
// that was not delegated. For that it asks for each scope by itself.
func (a *app) toldApart(ctx context.Context, acct account.Account, refused error) error {
	symptom, ok := errors.AsType[*diagnosis.Symptom](refused)
	if !ok || symptom.Where != diagnosis.AtToken || symptom.Code != "unauthorized_client" {
		return refused
	}
	server, err := a.oauthServer()
	if err != nil {
		return refused
	}
	ctx, cancel := context.WithTimeout(ctx, 2*a.flags.timeout) // as many requests
	defer cancel()
	var granted, lacking []string
	for _, scope := range playbook.DelegatedScopes("both") {
		if slices.Equal(acct.Delegation.Scopes, []string{scope}) {
			lacking = append(lacking, scope) // asked a moment ago
			continue
		}
		if _, err := a.assert(ctx, server, acct, []string{scope}); err == nil {
			granted = append(granted, scope)
		} else if slices.Contains(acct.Delegation.Scopes, scope) {
			lacking = append(lacking, scope)
		}
	}
	return symptom.With("authorized", strings.Join(granted, " "), "scope", strings.Join(lacking, " "))
}

// keptAccount is an account as it is kept; zero if it is not.
func (a *app) keptAccount(email string) (account.Account, error) {
	accounts, err := a.accounts()
	if err != nil {
		return account.Account{}, err
	}
	acct, err := accounts.Get(email)
	if errors.Is(err, store.ErrNotFound) {
		return account.Account{}, nil
	}
	return acct, err
}
