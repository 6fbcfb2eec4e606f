package main

import (
	"context"

	"github.com/spf13/cobra"

	"gmailoauth/internal/store"
)

func (a *app) accountsMoveCommand() *cobra.Command {
	var to, format string
	cmd := &cobra.Command{
		Use:   "move [EMAIL…] --to STORE",
		Short: "Carry the secrets of accounts to another store",
		Long: `Move carries the secrets of the named accounts, or of all, to another store. They
are written there and read back, then the account is told, then they are deleted
where they were: at no moment are they nowhere. A move that was interrupted is
completed by the next one. Programs that ask for tokens need no change.

STORE is file, file:DIR, keyring, age:IDENTITY, command:PROG or vault:MOUNT/PATH;
an age identity that does not exist is made.

Exit codes: 0 all are there, 1 our fault, 2 input, or a store that cannot be used,
5 try later.`,
		Example: `  gmailoauth accounts move --to age:/home/me/.config/gmailoauth/identity
  gmailoauth accounts move office@example.com --to "command:/usr/local/bin/pass.sh"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.flags.format = format
			if err := oneOf(format, "text", "json"); err != nil {
				return err
			}
			if to == "" {
				return inputSymptom("missing-flag", "flags", "--to")
			}
			return a.move(cmd.Context(), args, to)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the store to move to")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// move carries accounts one after the other, and stops at the first that cannot
// be moved: what was moved until then is told first.
func (a *app) move(ctx context.Context, args []string, to string) error {
	accounts, err := a.accounts()
	if err != nil {
		return err
	}
	emails, err := toMove(accounts, args)
	if err != nil {
		return err
	}
	done := []moveJSON{}
	var failed error
	for _, email := range emails {
		var row moveJSON
		if row, failed = a.moveOne(ctx, accounts, email, to); row.To != "" {
			done = append(done, row)
		}
		if failed != nil {
			break
		}
	}
	if len(done) == 0 && failed != nil {
		return failed
	}
	if err := a.printMoves(done); err != nil || failed == nil {
		return err
	}
	return a.tellBeside(failed) // stdout has its one answer already
}

// moveOne moves an account. It may give one that has moved together with an error:
// its copy in the old store could not be deleted.
func (a *app) moveOne(ctx context.Context, accounts *store.Accounts, email, to string) (moveJSON, error) {
	paths, err := a.paths()
	if err != nil {
		return moveJSON{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 12*a.flags.timeout) // as many requests, with a service account's key, to two stores
	defer cancel()
	from, moved, err := accounts.Move(ctx, email, to, a.storeOptions(paths))
	if err != nil && !moved {
		return moveJSON{}, err
	}
	now, got := accounts.Get(email)
	if got != nil {
		return moveJSON{}, got
	}
	return moveJSON{Account: now.Email, From: from, To: now.Store, Moved: moved}, err
}
