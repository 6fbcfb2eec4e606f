package main

import (
	"context"
	"errors"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// accounts are those that are kept on this machine.
func (a *app) accounts() (*store.Accounts, error) {
	paths, err := a.paths()
	if err != nil {
		return nil, err
	}
	return store.NewAccounts(paths), nil
}

// secretsOf opens the store of an account: what --store says, else what the
// account says, else "file". Nothing on disk is touched yet.
func (a *app) secretsOf(acct account.Account) (store.Secrets, error) {
	spec := a.flags.store
	if spec == "" {
		spec = acct.Store
	}
	paths, err := a.paths()
	if err != nil && spec != store.Env && !strings.HasPrefix(spec, store.File+":") {
		return nil, err // these two need no home; the others keep secrets or locks there
	}
	secrets, err := store.Open(spec, a.storeOptions(paths))
	if err != nil {
		return nil, err
	}
	return hiding{secrets, a.hide, new(learnt)}, nil
}

// account gives the account that a command is about, and its store. Without an
// address it is that of the variables, or the only one there is. When all four
// variables are set, they win and nothing on disk is looked at.
func (a *app) account(ctx context.Context, email string) (account.Account, store.Secrets, error) {
	acct, err := a.findAccount(email)
	if err != nil {
		return account.Account{}, nil, err
	}
	secrets, err := a.secretsOf(acct)
	return acct, secrets, err
}

func (a *app) findAccount(email string) (account.Account, error) {
	if a.flags.store == "" || a.flags.store == store.Env {
		acct, ok := store.EnvAccount(a.lookupEnv)
		if ok && (email == "" || strings.EqualFold(email, acct.Email)) {
			return acct, nil
		}
	}
	if email == "" {
		email = strings.TrimSpace(a.env("GMAILOAUTH_ACCOUNT"))
	}
	accounts, err := a.accounts()
	if err != nil {
		return account.Account{}, err
	}
	if email == "" {
		return onlyAccount(accounts)
	}
	if email, err = account.CheckEmail(email); err != nil {
		return account.Account{}, err
	}
	acct, err := accounts.Get(email)
	if !errors.Is(err, store.ErrNotFound) {
		return acct, err
	}
	missing := store.MissingFromEnv(a.lookupEnv)
	begun := len(missing) > 0 && len(missing) < 3 && strings.EqualFold(email, strings.TrimSpace(a.env("GMAILOAUTH_ACCOUNT")))
	if a.flags.store == store.Env || begun { // somebody wanted them to do
		return account.Account{}, store.MissingVariables(missing...)
	}
	return account.Account{}, unknownAccount(accounts, email)
}

func onlyAccount(accounts *store.Accounts) (account.Account, error) {
	known, err := accounts.List()
	if len(known) == 1 && err == nil {
		return known[0], nil
	}
	if len(known) == 0 {
		if err != nil {
			return account.Account{}, err
		}
		return account.Account{}, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-accounts"}
	}
	return account.Account{}, inputSymptom("which-account", "known", addresses(known))
}

func unknownAccount(accounts *store.Accounts, email string) error {
	known, _ := accounts.List() // a hint: what cannot be read is told when it is asked for
	return (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: "unknown-account", Err: store.ErrNotFound}).
		With("account", email, "known", addresses(known))
}

func addresses(list []account.Account) string {
	emails := make([]string, len(list))
	for i, acct := range list {
		emails[i] = acct.Email
	}
	return strings.Join(emails, ", ")
}

// hiding is a store whose secrets the redactor learns as they come and go, and
// that says of missing ones in a Symptom whose they are (it is ErrNotFound, too).
type hiding struct {
	store.Secrets
	hide *secret.Redactor
	seen *learnt
}

func (h hiding) Get(ctx context.Context, email string) (account.Credentials, error) {
	credentials, err := h.Secrets.Get(ctx, email)
	h.learn(credentials)
	if errors.Is(err, store.ErrNotFound) {
		err = (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-secrets", Err: err}).With("account", email)
	}
	return credentials, err
}

func (h hiding) Put(ctx context.Context, email string, credentials account.Credentials) error {
	h.learn(credentials)
	return h.Secrets.Put(ctx, email, credentials)
}

func (h hiding) learn(c account.Credentials) {
	h.hide.Hide(c.ClientSecret, c.Token.Access, c.Token.Refresh, c.Token.IDToken)
	h.seen.add(c.Token.Access, c.Token.Refresh, c.Token.IDToken)
}
