package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

func (a *app) importCommand() *cobra.Command {
	var flags clientFlags
	var email string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take over an account from another helper's token file",
		Long: `Import reads the token file of mutt_oauth2.py, oama, getmail, sasl-xoauth2,
gcloud (authorized_user) or Google's library for Python, and the dump of pizauth,
and keeps the accounts in it: nobody has to consent again. Each refresh token is
used once, and what it opens is looked at as after a consent. FILE is not
changed, and whoever uses it can go on doing so.

The file is known by what is in it; - is stdin, for what has to be decrypted
first. Where it does not name the mailbox or the client, --account and
--client-file do.

Exit codes: 0 kept, 2 wrong or missing input, 3 wrong client ID or secret,
4 a person must act (consent again, tick the mail permission), 5 unreachable.`,
		Example: `  gmailoauth import /etc/tokens/office.json --client-file client_secret.json
  gpg --decrypt ~/.mutt/office.tokens | gmailoauth import -
  pizauth dump | gmailoauth import -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importFile(cmd.Context(), args[0], email, &flags)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&email, "account", "", "the mailbox, where the file does not name it, or which of several")
	return cmd
}

// importFile takes over each account of a file, also after one of them failed.
func (a *app) importFile(ctx context.Context, path, email string, flags *clientFlags) error {
	if email != "" {
		checked, err := account.CheckEmail(email)
		if err != nil {
			return err
		}
		email = checked
	}
	found, err := a.readTokens(path, flags)
	if err != nil {
		return err
	}
	if found, err = wanted(found, email, path); err != nil {
		return err
	}
	given, isGiven, err := a.clientFromFlags(flags)
	if err != nil {
		return err
	}
	var failed []error
	for _, f := range found {
		i := importing{app: a, found: f, file: path}
		if isGiven {
			i.given = &given
		}
		if err := i.run(ctx); err != nil {
			failed = append(failed, err)
		}
	}
	if len(found) == 1 || len(failed) == 0 {
		return errors.Join(failed...)
	}
	code := 0
	for _, err := range failed {
		d := a.explain(diagnosis.SymptomOf(err))
		_ = report.FourLines(a.term.Err, a.reportOptions(a.term.ErrTTY), d)
		code = graver(code, d.Exit)
	}
	return exitError(code)
}

// graver is the exit code that goes before the other: 4 before 3 before 5, as
// of several checks.
func graver(a, b int) int {
	for _, code := range []int{1, 2, 4, 3, 5} {
		if a == code || b == code {
			return code
		}
	}
	return a
}
