package main

import (
	"bytes"
	"strings"

	"github.com/google/renameio/v2/maybe"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gmailoauth/internal/account"
	"gmailoauth/internal/export"
	"gmailoauth/internal/google"
	"gmailoauth/internal/guide"
)

func (a *app) guideCommand() *cobra.Command {
	var w walkFlags
	var output string
	cmd := &cobra.Command{
		Use:   "guide",
		Short: "The steps of setup as a document, with your own values filled in",
		Long: `Guide writes the walk as a document to read, print or send: each step with its
page, what to press and what to paste, what may go wrong, and the forms of the
application. It takes the same flags as setup; what they answer stands in its
place, everything else as a named blank, with the alternatives that are still
open. No secret is ever in it, and nothing is touched. --format html is one file
that needs no network: it remembers what was ticked, and copies values.`,
		Example: `  gmailoauth guide --target dynamics365 --set env_url=https://contoso.crm.dynamics.com
  gmailoauth guide --target nocobase --account office@example.com --format html --output guide.html`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write := guide.Markdown
			if a.flags.format == "html" {
				write = guide.HTML
			}
			if err := oneOf(a.flags.format, "markdown", "html", "md"); err != nil {
				return err
			}
			document, err := a.guide(cmd, &w)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := write(&b, document); err != nil {
				return err
			}
			text := a.hide.Clean(b.String())
			if output == "" {
				return a.print(text)
			}
			if err := maybe.WriteFile(output, []byte(text), 0o644); err != nil { // no secret is in it
				symptom := inputSymptom("unwritable-file", "file", output, "flag", "--output")
				symptom.Err = err
				return symptom
			}
			return nil
		},
	}
	w.add(cmd)
	cmd.Flags().StringVar(&output, "output", "", "write to this file, in place of stdout")
	cmd.Flags().StringVar(&a.flags.format, "format", "markdown", "markdown or html")
	return cmd
}

// guide is the document for the answers that the flags give.
func (a *app) guide(cmd *cobra.Command, w *walkFlags) (guide.Document, error) {
	answers, marks, err := a.answers(cmd, w)
	if err != nil {
		return guide.Document{}, err
	}
	book, err := a.playbook(answers.Get("target"))
	if err != nil {
		return guide.Document{}, err
	}
	if book.Target != nil && answers.Get("grant") == grantDelegation {
		book.Target = book.Target.WithDelegation()
	}
	variables := map[string]string{}
	for key := range answers {
		variables[key] = answers.Get(key)
	}
	known := account.Account{Email: answers.Get("account"), ClientID: answers.Get("client_id"), ProjectID: answers.Get("project")}
	return guide.Document{Words: a.words(), Catalogue: a.catalogue(), Book: book, Steps: book.Undecided(answers, marks),
		Answers: answers, Values: export.Values(known, google.Gmail(), variables), Command: setupLine(cmd.Flags())}, nil
}

// setupLine is the command that does what a guide tells, with the same flags.
func setupLine(flags *pflag.FlagSet) string {
	line := []string{"gmailoauth", "setup"}
	flags.Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "format", "output", "sandbox", "no-input", "no-color", "accessible", "verbose", "trace", "timeout":
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			if f.NoOptDefVal != "" {
				line = append(line, quoted("--"+f.Name+"="+value))
				continue
			}
			line = append(line, "--"+f.Name, quoted(value))
		}
	})
	return strings.Join(line, " ")
}

// quoted is an argument as a shell takes it.
func quoted(value string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@,+%", r)
	}
	if value != "" && strings.IndexFunc(value, func(r rune) bool { return !plain(r) }) < 0 {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
