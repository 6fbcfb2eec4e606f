package main

import (
	"bytes"
	"context"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

func (a *app) accountsListCommand() *cobra.Command {
	var format string
	var before days
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the accounts known on this machine",
		Long: `List shows every account with its client, target and store, and when its consent
ends: the clock of verify's token.lifetime, in the same words. What verify would
warn of is marked with an exclamation mark, and in JSON by "warn".`,
		Example: `  gmailoauth accounts list --format json
  gmailoauth accounts list --warn-before 7d`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf(format, "text", "json"); err != nil {
				return err
			}
			known, failed := a.knownAccounts()
			if len(known) == 0 && failed != nil {
				return failed
			}
			if err := a.printAccounts(cmd.Context(), known, format, before); err != nil || failed == nil {
				return err
			}
			return a.tellBeside(failed) // stdout has its one answer already
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	addWarnBefore(cmd, &before)
	return cmd
}

// knownAccounts are those on disk, after that of the variables, which wins.
func (a *app) knownAccounts() ([]account.Account, error) {
	var list []account.Account
	inEnv, fromEnv := store.EnvAccount(a.lookupEnv)
	if fromEnv {
		list = append(list, inEnv)
	}
	accounts, err := a.accounts()
	if err != nil {
		if fromEnv {
			return list, nil // no home is needed then
		}
		return nil, err
	}
	kept, err := accounts.List()
	for _, acct := range kept {
		if !fromEnv || !strings.EqualFold(acct.Email, inEnv.Email) {
			list = append(list, acct)
		}
	}
	return list, err
}

func (a *app) printAccounts(ctx context.Context, list []account.Account, format string, before days) error {
	known := a.siblingsOf(list)
	if format == "json" {
		entries := []accountJSON{}
		for _, acct := range list {
			entries = append(entries, a.accountJSONOf(acct, a.lifeOf(ctx, acct, known, before)))
		}
		return writeJSON(a.term.Out, accountsJSON{Format: 1, Command: "accounts list", Version: version, Accounts: entries})
	}
	if len(list) == 0 {
		a.note(a.words().Say("accounts.none"))
		return nil
	}
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { _, _ = w.Write([]byte(strings.Join(cells, "\t") + "\n")) }
	say := func(id string) string { return strings.ToUpper(a.words().Say("accounts." + id)) }
	row(say("account"), say("project"), say("target"), say("store"), say("publishing"), say("ends_at"))
	for _, acct := range list {
		life := a.lifeOf(ctx, acct, known, before)
		ends := orDash(a.lifetime(life))
		if life.Warn {
			ends = "! " + ends
		}
		row(acct.Email, orDash(acct.ProjectID), orDash(acct.Target), acct.Store, a.publishing(acct.Grant), ends)
	}
	_ = w.Flush()
	return a.print(b.String())
}

// publishing is the status under which the consent was given, in words.
func (a *app) publishing(g account.Grant) string {
	if g.Publishing == account.Unknown {
		return "-"
	}
	return a.words().Say("accounts." + string(g.Publishing))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// day is a moment as a person reads it; the zero time is nothing.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
