package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

func (a *app) authorizeCommand() *cobra.Command {
	var flags clientFlags
	var o consentOptions
	var d delegationFlags
	cmd := &cobra.Command{
		Use:   "authorize EMAIL",
		Short: "Consent, or consent again, for one mailbox",
		Long: `Opens Google's consent page for a mailbox, waits for the answer on loopback,
holds what was granted against what was asked for, and keeps the refresh token.
The client is that of the flags or variables, or else the one with which the
mailbox was set up.

With --no-browser, or where no browser can be opened, the address of the page is
the only line of stdout that begins with https:// or http://. On a terminal the
address at which the browser ended can be pasted as well. With
--refresh-token-file (or GMAILOAUTH_REFRESH_TOKEN) that token is adopted and
nobody is asked.

With --grant delegation nobody is asked either: a service account, to which the
Workspace has delegated its mailboxes, opens this one. Give the file of its key
(--service-account-file), or its address alone (--service-account): then Google
signs for it, on the word of whoever is signed in to gcloud.

Exit codes: 0 kept, 2 wrong or missing input, 3 wrong client ID or secret,
4 a person must act (consent, tick the mail permission, use the right account),
5 unreachable, 130 interrupted.`,
		Example: `  gmailoauth authorize sales@example.com
  gmailoauth authorize sales@example.com --client-file client_secret.json --no-browser
  gmailoauth authorize sales@example.com --client-file client_secret.json --refresh-token-file token.txt
  gmailoauth authorize sales@example.com --grant delegation --service-account-file key.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if done, err := a.delegateTo(cmd.Context(), args[0], &d, &flags); done || err != nil {
				return err
			}
			return a.authorize(cmd.Context(), args[0], &flags, o)
		},
	}
	flags.add(cmd)
	flags.addRefresh(cmd)
	d.add(cmd)
	addWait(cmd, &d.wait)
	cmd.Flags().IntVar(&o.RedirectPort, "redirect-port", 0, "loopback port (Desktop: any free one; Web: of the registered URI)")
	cmd.Flags().BoolVar(&o.NoBrowser, "no-browser", false, "print the address, open nothing")
	return cmd
}

func (a *app) authorize(ctx context.Context, address string, flags *clientFlags, o consentOptions) error {
	email, err := account.CheckEmail(address)
	if err != nil {
		return err
	}
	client, before, err := a.clientFor(ctx, email, flags)
	if err != nil {
		return err
	}
	refresh, err := a.refreshFromFlags(flags)
	if err != nil {
		return err
	}
	o.NoPaste = o.NoPaste || flags.stdin != ""
	acct, _, err := a.grantTo(ctx, granting{email, client, refresh, before, before.Store, before.Target}, o)
	if err == nil {
		a.tellKept(acct, "consent.kept")
	}
	return err
}

// clientFor gives the client of the flags, or that with which the account was
// set up, and the account as it was: zero if there was none. Of a client given
// by ID and secret, what is known of its type is kept.
func (a *app) clientFor(ctx context.Context, email string, flags *clientFlags) (account.Client, account.Account, error) {
	client, given, err := a.clientFromFlags(flags)
	if err != nil {
		return account.Client{}, account.Account{}, err
	}
	accounts, err := a.accounts()
	if err != nil {
		return account.Client{}, account.Account{}, err
	}
	before, err := accounts.Get(email)
	switch {
	case errors.Is(err, store.ErrNotFound) && given:
		return client, account.Account{}, nil
	case errors.Is(err, store.ErrNotFound):
		return client, account.Account{}, inputSymptom("missing-client", "account", email, "flags", "--client-file")
	case err != nil:
		return client, account.Account{}, err
	case given && client.ID != before.ClientID:
		before.Grant.Publishing = account.Unknown // another client, perhaps of another project
		return client, before, nil
	}
	var clientSecret secret.Text
	if clientSecret = client.Secret; !given {
		secrets, err := a.secretsOf(before)
		if err != nil {
			return client, before, err
		}
		creds, err := secrets.Get(ctx, email)
		if errors.Is(err, store.ErrNotFound) {
			return client, before, inputSymptom("missing-client", "account", email, "flags", "--client-file")
		}
		if err != nil {
			return client, before, err
		}
		a.hide.Hide(creds.ClientSecret)
		clientSecret = creds.ClientSecret
	}
	if client.Type == "" {
		client = account.Client{ID: before.ClientID, Type: before.ClientType, ProjectID: before.ProjectID, RedirectURIs: before.RedirectURIs}
	}
	client.Secret = clientSecret
	return client, before, nil
}
