package main

import (
	"bytes"

	"github.com/google/renameio/v2/maybe"
	"github.com/spf13/cobra"

	"gmailoauth/internal/export"
	"gmailoauth/internal/playbook"
)

func (a *app) exportCommand() *cobra.Command {
	var set []string
	var output, one string
	var reveal bool
	cmd := &cobra.Command{
		Use:   "export [NAME [EMAIL]]",
		Short: "Configuration for another program, filled in",
		Long: `Export tells another program of a mailbox. NAME is a format, such as msmtp or
python: its file goes to stdout, and where it belongs and how to see that it
works to stderr. Or NAME is an application, such as dynamics365: then it is the
hand-over sheet, every field of its forms with what to put into it. Without NAME
all are listed.

Secrets are shown as the command that shows them, unless --reveal is given, and
then only on a terminal or in a file that nobody else can read (--output).`,
		Example: `  gmailoauth export python office@example.com > gmail.py
  gmailoauth export env office@example.com --reveal --output .env
  gmailoauth export dynamics365 sales@contoso.com --set env_url=https://contoso.crm.dynamics.com
  gmailoauth export generic-web office@example.com --format markdown --reveal --output sheet.md`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listExports()
			}
			args = append(args, "")[:2]
			if reveal && output == "" && !a.term.OutTTY {
				return inputSymptom("reveal-needs-terminal", "flag", "--reveal", "wanted", "--output FILE")
			}
			wanted := formatOptions{one: one, output: output, set: len(set) > 0, reveal: reveal}
			if done, err := a.exportKnown(cmd.Context(), args[0], args[1], wanted); done || err != nil {
				return err
			}
			if err := oneOf(a.flags.format, "text", "markdown", "json", "csv"); err != nil {
				return err
			}
			target, variables, err := a.filledBy(args[0], set)
			if err != nil {
				return err
			}
			acct, secrets, err := a.account(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			provider, err := a.provider()
			if err != nil {
				return err
			}
			values := export.Values(acct, provider, variables)
			if acct.Delegation != nil {
				target, reveal = target.WithDelegation(), false
			}
			if reveal {
				credentials, err := secrets.Get(cmd.Context(), acct.Email)
				if err != nil {
					return err
				}
				values["client_secret"] = credentials.ClientSecret.Reveal()
			}
			o := export.Options{Words: a.words(), Reveal: reveal, Target: args[0]}
			if output == "" {
				return a.writeSheet(a.term.Out, o, target, values)
			}
			var sheet bytes.Buffer
			if err := a.writeSheet(&sheet, o, target, values); err != nil {
				return err
			}
			if err := maybe.WriteFile(output, sheet.Bytes(), 0o600); err != nil {
				return unwritable(output, err)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&set, "set", nil, "KEY=VALUE: a variable of the application (repeatable)")
	f.BoolVar(&reveal, "reveal", false, "show secrets, on a terminal or in --output only")
	f.StringVar(&output, "output", "", "write to this file, or folder, which only you can read")
	f.StringVar(&one, "file", "", "only this one of a format's files")
	f.StringVar(&a.flags.format, "format", "text", "text, json; markdown, csv (of an application)")
	return cmd
}

// filledBy reads a target and its variables as --set gives them.
func (a *app) filledBy(name string, set []string) (*playbook.Target, map[string]string, error) {
	book, err := a.playbook(name)
	if err != nil {
		return nil, nil, err
	}
	g := &gatherer{app: a, flags: &walkFlags{set: set}, book: book, answers: playbook.Answers{}}
	if err := g.variables(); err != nil {
		return nil, nil, err
	}
	values := map[string]string{}
	for key := range g.answers {
		values[key] = g.answers.Get(key)
	}
	return book.Target, values, nil
}
