package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
)

func (a *app) revokeCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "revoke EMAIL",
		Short: "Withdraw at Google what a mailbox granted",
		Long: `Withdraws at Google what the mailbox granted to the project: for all clients of
the project, also for applications that use another client of it. The account
stays listed here, with its client, for a later authorize; accounts remove
forgets it. On a terminal it asks first. If Google cannot be reached, nothing
changes.

Exit codes: 0 withdrawn, or left as it is on request, 2 unknown account,
3 nothing was left to withdraw, 5 unreachable.`,
		Example: `  gmailoauth revoke sales@example.com --yes`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.revoke(cmd.Context(), args[0], yes)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func (a *app) revoke(ctx context.Context, address string, yes bool) error {
	email, err := account.CheckEmail(address)
	if err != nil {
		return err
	}
	acct, secrets, err := a.account(ctx, email)
	if err != nil {
		return err
	}
	if acct.Delegation != nil { // nobody of the mailbox has granted anything
		return inputSymptom("delegation-not-revocable", delegationFacts(acct)...)
	}
	creds, err := secrets.Get(ctx, email)
	if err != nil {
		return err
	}
	a.hide.Hide(creds.ClientSecret, creds.Token.Access, creds.Token.Refresh)
	say := a.words().Say
	if !yes && a.interactive() {
		agreed, err := a.agree(ctx, say("consent.revoke_ask", "account", email, "client_id", acct.ClientID))
		if err != nil {
			return err
		}
		if !agreed {
			a.note(say("consent.revoke_left"))
			return nil
		}
	}
	if err := a.withdraw(ctx, acct, secrets, creds); err != nil {
		return err
	}
	a.note(say("consent.revoked", "account", email))
	return nil
}

// withdraw revokes at Google and drops the access token that is kept; the dead
// refresh token stays, so that whoever uses it is told in Google's words. A
// failure on the way changes nothing.
func (a *app) withdraw(ctx context.Context, acct account.Account, secrets store.Secrets, creds account.Credentials) error {
	server, err := a.oauthServer()
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, a.flags.timeout)
	defer cancel()
	token := creds.Token.Refresh
	if token.IsZero() {
		token = creds.Token.Access
	}
	refused := server.Revoke(limited, token)
	symptom, ok := errors.AsType[*diagnosis.Symptom](refused)
	dead := ok && symptom.Where == diagnosis.AtRevoke && symptom.Code == "invalid_token"
	if ok {
		refused = symptom.With("account", acct.Email, "client_id", acct.ClientID)
	}
	if refused != nil && !dead {
		return refused
	}
	creds.Token = account.Token{Refresh: creds.Token.Refresh, RefreshLifetime: creds.Token.RefreshLifetime, Scopes: creds.Token.Scopes}
	if err := secrets.Put(ctx, acct.Email, creds); err != nil {
		return err
	}
	return refused
}
