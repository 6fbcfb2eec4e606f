package main

import "github.com/spf13/cobra"

func (a *app) accountsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "accounts",
		Short: "Show what is stored, carry it elsewhere, or forget it here",
		Long: `Accounts shows which mailboxes are known on this machine, with which client, and
when their consent was given and ends. Secrets are shown with --reveal alone.`,
		Example: `  gmailoauth accounts list
  gmailoauth accounts show office@example.com`,
	}
	cmd.AddCommand(a.accountsListCommand(), a.accountsShowCommand(), a.accountsMoveCommand(), a.accountsRemoveCommand())
	return cmd
}
