package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
)

// The two ways in which a mailbox is opened.
const (
	grantConsent    = playbook.ByConsent
	grantDelegation = playbook.ByDelegation
)

// delegationFlags say which service account opens a mailbox, and with what.
type delegationFlags struct {
	grant, keyFile, serviceAccount, scope string

	signInFlags
	wait        time.Duration
	keyVariable bool // the key may come from a variable: settled by wanted
}

func (d *delegationFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&d.grant, "grant", "", "who lets us in: consent (of the person), or delegation (of the Workspace, to a service account)")
	f.StringVar(&d.keyFile, "service-account-file", "", "JSON of a service account's key, for --grant delegation (- for stdin)")
	f.StringVar(&d.serviceAccount, "service-account", "", "address of a service account without a key: Google signs, on the word of gcloud or --gcp-token-file")
	f.StringVar(&d.scope, "scope", "", "what a service account asks for: mail (default), imap-admin (IMAP only, all messages whatever the mailbox's settings) or both")
	d.signInFlags.add(cmd)
}

// wanted reports whether a mailbox is to be opened by delegation: that was said,
// or it is so already and nothing else was said.
func (d *delegationFlags) wanted(a *app, before account.Account, client *clientFlags) (bool, error) {
	if !slices.Contains([]string{"", grantConsent, grantDelegation}, d.grant) {
		return false, badChoice("bad-choice", "--grant", d.grant, grantConsent+", "+grantDelegation)
	}
	if d.scope != "" && playbook.DelegatedScopes(d.scope) == nil {
		return false, badChoice("bad-choice", "--scope", d.scope, "mail, imap-admin, both")
	}
	other := client.file + client.id + client.refreshFile
	named := d.keyFile + d.serviceAccount
	if d.keyVariable = d.keyFile == "" && a.keyInVariable(); d.keyVariable {
		named += serviceAccountKey
	}
	switch {
	case d.grant == grantDelegation, d.grant == "" && named != "":
		if d.keyFile != "" && d.serviceAccount != "" {
			return false, inputSymptom("flags-exclude", "flag", "--service-account-file", "other", "--service-account", "flags", "--service-account-file, --service-account")
		}
		return true, nil
	case d.grant == grantConsent && d.keyFile+d.serviceAccount != "":
		return false, inputSymptom("flags-exclude", "flag", "--grant consent", "other", "--service-account", "flags", "--grant consent, --service-account")
	}
	return d.grant == "" && before.Delegation != nil && other == "", nil
}

// delegateTo has a mailbox opened by delegation if that is wanted, and reports
// whether it was.
func (a *app) delegateTo(ctx context.Context, address string, d *delegationFlags, flags *clientFlags) (bool, error) {
	email, err := account.CheckEmail(address)
	if err != nil {
		return false, err
	}
	before, err := a.keptAccount(email)
	if err != nil {
		return false, err
	}
	delegated, err := d.wanted(a, before, flags)
	if err != nil || !delegated {
		return false, err
	}
	return true, a.authorizeDelegated(ctx, email, before, d, flags)
}

// authorizeDelegated has a mailbox opened by a service account, and keeps which
// one when that has worked. Nobody is asked.
func (a *app) authorizeDelegated(ctx context.Context, email string, before account.Account, d *delegationFlags, files *clientFlags) error {
	if err := checkWait(d.wait); err != nil {
		return err
	}
	if err := a.signIn(d.signInFlags, files); err != nil {
		return err
	}
	acct, key, err := a.delegatedAccount(ctx, email, before, d, files)
	if err != nil {
		return err
	}
	if err := a.canKeep(ctx, acct); err != nil {
		return err
	}
	if err := a.openPatiently(ctx, acct, key, d.wait); err != nil {
		return err
	}
	a.note(a.words().Say("delegation.kept", "account", email, "service_account", acct.Delegation.ServiceAccount))
	return nil
}

// openDelegated asks for a token and, if there is one, keeps key and account.
func (a *app) openDelegated(ctx context.Context, acct account.Account, key account.ServiceKey) error {
	if err := a.tryDelegated(ctx, acct, key); err != nil {
		return a.about(acct, a.toldApart(ctx, acct, err))
	}
	return nil
}

// tryDelegated is openDelegated, with Google's own words alone when it is refused.
func (a *app) tryDelegated(ctx context.Context, acct account.Account, key account.ServiceKey) error {
	limited, cancel := context.WithTimeout(ctx, 3*a.flags.timeout) // as many requests
	defer cancel()
	token, err := a.renewDelegated(limited, acct)
	if err != nil {
		return err
	}
	return a.keepDelegated(ctx, acct, key, token)
}
