package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// delegatedAccount describes the account that flags ask for, and the key that
// they bring: zero if none.
func (a *app) delegatedAccount(ctx context.Context, email string, before account.Account, d *delegationFlags, files *clientFlags) (account.Account, account.ServiceKey, error) {
	if err := noConsumers([]string{email}); err != nil {
		return account.Account{}, account.ServiceKey{}, err
	}
	acct := account.Account{Email: email, ClientType: account.ServiceAccount, Store: a.flags.store, Target: before.Target,
		Delegation: &account.Delegation{Scopes: playbook.DelegatedScopes(d.scope)}}
	if acct.Store == "" {
		acct.Store = before.Store
	}
	key, err := a.givenKey(d, files)
	if err != nil {
		return acct, key, err
	}
	serviceAccount := strings.ToLower(d.serviceAccount)
	if key.Email+serviceAccount == "" && before.Delegation == nil {
		named, err := a.identityAccount()
		if err != nil {
			return acct, key, err
		}
		serviceAccount = named
	}
	switch {
	case key.Email != "":
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

// serviceAccountKey is the variable, also with _FILE, of a service account's key:
// the JSON as Google gave it.
const serviceAccountKey = "GMAILOAUTH_SERVICE_ACCOUNT_KEY"

func (a *app) keyInVariable() bool {
	return a.env(serviceAccountKey) != "" || a.env(serviceAccountKey+"_FILE") != ""
}

// givenKey is the key that a flag or a variable brings; zero if none. A key in a
// variable must be that of the service account that was named, if one was.
func (a *app) givenKey(d *delegationFlags, files *clientFlags) (account.ServiceKey, error) {
	path, text := d.keyFile, ""
	if d.keyVariable {
		if text = a.env(serviceAccountKey); text == "" {
			path = a.env(serviceAccountKey + "_FILE")
		}
	}
	var key account.ServiceKey
	var err error
	switch {
	case path != "":
		key, err = a.readServiceKey(path, files)
	case text != "":
		a.hide.Hide(secret.New(text))
		key, err = account.ReadServiceKey([]byte(text), serviceAccountKey)
		a.hide.Hide(key.Private)
	}
	if err == nil && key.Email != "" && d.serviceAccount != "" && !strings.EqualFold(key.Email, d.serviceAccount) {
		err = inputSymptom("flags-exclude", "flag", serviceAccountKey, "other", "--service-account", "flags", serviceAccountKey+", --service-account")
	}
	return key, err
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
