package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/store"
)

func (a *app) accountsRemoveCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "remove EMAIL",
		Short: "Forget an account on this machine",
		Long: `Remove deletes an account and its secrets from this machine. Google is not told:
the consent stands until it is withdrawn there. To withdraw it, run
"gmailoauth revoke EMAIL" before.`,
		Example: "  gmailoauth accounts remove office@example.com --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			accounts, err := a.accounts()
			if err != nil {
				return err
			}
			acct, err := a.toRemove(accounts, args[0])
			if err != nil {
				return err
			}
			secrets, err := a.secretsOf(acct)
			if err != nil {
				return err
			}
			if !yes {
				agreed, err := a.agreeToRemove(cmd.Context(), acct)
				if err != nil || !agreed {
					return err
				}
			}
			if err := secrets.Delete(cmd.Context(), acct.Email); err != nil {
				return err
			}
			if err := a.removeLeft(cmd.Context(), acct); err != nil {
				return err
			}
			if err := a.dropKey(cmd.Context(), acct); err != nil {
				return err
			}
			if err := accounts.Delete(acct.Email); err != nil {
				return err
			}
			a.noteRemoved(acct)
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// toRemove is the account to forget. One whose file is corrupt can be forgotten,
// too: then its secrets are looked for in the default store.
func (a *app) toRemove(accounts *store.Accounts, arg string) (account.Account, error) {
	email, err := account.CheckEmail(arg)
	if err != nil {
		return account.Account{}, err
	}
	acct, err := accounts.Get(email)
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && symptom.Code == "corrupt-file" {
		return account.Account{Email: email}, nil
	}
	if errors.Is(err, store.ErrNotFound) {
		return account.Account{}, unknownAccount(accounts, email)
	}
	return acct, err
}

// agreeToRemove asks; where nobody can be asked, --yes is missing.
func (a *app) agreeToRemove(ctx context.Context, acct account.Account) (bool, error) {
	if !a.interactive() {
		return false, inputSymptom("missing-flag", "flags", "--yes")
	}
	question := a.words().Say("accounts.remove", "account", acct.Email)
	if acct.Delegation != nil {
		question = a.words().Say("accounts.remove-delegated", "account", acct.Email, "service_account", acct.Delegation.ServiceAccount)
	}
	agreed, err := a.agree(ctx, question)
	if err == nil && !agreed {
		a.note(a.words().Say("accounts.kept"))
	}
	return agreed, err
}

// noteRemoved tells what still stands at Google.
func (a *app) noteRemoved(acct account.Account) {
	if d := acct.Delegation; d != nil {
		a.note(a.words().Say("accounts.removed-delegated", "account", acct.Email, "service_account", d.ServiceAccount,
			"url", google.Link("admin-delegation", map[string]string{"authuser": acct.Email})))
		return
	}
	a.note(a.words().Say("accounts.removed", "account", acct.Email,
		"url", google.Link("connections", map[string]string{"account": acct.Email, "authuser": acct.Email})))
}
