package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"gmailoauth/internal/account"
	"gmailoauth/internal/export"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/report"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/store"
)

// proofFailed is the exit code of a proof that is not green; its report was
// printed.
type proofFailed int

func (p proofFailed) Error() string { return fmt.Sprintf("the proof failed with exit %d", int(p)) }

// kept gives an account of the walk as it is kept. Variables that describe an
// account do not count: this one was put into a store a moment ago.
func (w *walking) kept(email string) (account.Account, store.Secrets, error) {
	accounts, err := w.app.accounts()
	if err != nil {
		return account.Account{}, nil, err
	}
	acct, err := accounts.Get(email)
	if err != nil {
		return account.Account{}, nil, err
	}
	secrets, err := w.app.secretsOf(acct)
	return acct, secrets, err
}

// prove proves each mailbox, and prints the report to stderr.
func (w *walking) prove(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	a, begun := w.app, w.app.now()
	var boxes []finding.Mailbox
	for _, email := range turn.Answers["account"].Values {
		acct, secrets, err := w.kept(email)
		if err != nil {
			return setup.Outcome{}, err
		}
		opts := proofOptions{protocols: w.protocols(turn.Answers.Get("target")), sasl: []string{"XOAUTH2"}}
		var box finding.Mailbox
		err = turn.Asker.Wait(ctx, a.words().Say("setup.proving", "account", email), 0, func(ctx context.Context) error {
			box = a.prove(ctx, acct, secrets, opts)
			return ctx.Err()
		})
		if err != nil {
			return setup.Outcome{}, err
		}
		boxes = append(boxes, box)
		a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error {
			b.WriteString("\n")
			return report.Human(b, a.reportOptions(a.term.ErrTTY), box)
		})
	}
	a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error {
		return report.Summary(b, a.reportOptions(a.term.ErrTTY), boxes, a.now().Sub(begun))
	})
	seen := w.switches(turn.Answers.Get("target"), boxes)
	if code := report.Exit(boxes, a.explain, false); code != 0 {
		return seen, proofFailed(code)
	}
	if seen.Marks == nil {
		seen.Marks = playbook.Marks{}
	}
	seen.Marks["scope"] = playbook.Done // nothing opens without it
	return seen, nil
}

// protocols are those that were asked for, or that the target needs, also one
// of the admin's own; in the sandbox, where all are switched on, also those that
// it may use.
func (w *walking) protocols(target string) []string {
	t, err := w.app.target(target)
	switch {
	case len(w.wanted) > 0:
		return w.wanted
	case err != nil || len(t.Protocols) == 0:
		return nil // the default
	case w.sandbox != nil:
		return slices.Concat(t.Protocols, t.Optional)
	}
	return t.Protocols
}

// handOver prints the sheet of each mailbox to stdout, and keeps it in a file
// beside.
func (w *walking) handOver(_ context.Context, turn setup.Turn) (setup.Outcome, error) {
	a := w.app
	name := turn.Answers.Get("target")
	target, err := a.target(name)
	if err != nil {
		return setup.Outcome{}, err
	}
	if turn.Answers.Get("grant") == grantDelegation {
		target = target.WithDelegation()
	}
	provider, err := a.provider()
	if err != nil {
		return setup.Outcome{}, err
	}
	variables := map[string]string{}
	for key, answer := range turn.Answers {
		if answer.Secret.IsZero() && key != "account" {
			variables[key] = strings.Join(answer.Values, ", ")
		}
	}
	var text, markdown bytes.Buffer
	for i, email := range turn.Answers["account"].Values {
		acct, _, err := w.kept(email)
		if err != nil {
			return setup.Outcome{}, err
		}
		values := export.Values(acct, provider, variables)
		if i > 0 {
			text.WriteString("\n")
			markdown.WriteString("\n")
		}
		o := export.Options{Words: a.words(), Target: name}
		if err := export.SheetMarkdown(&markdown, o, target, values); err != nil {
			return setup.Outcome{}, err
		}
		if a.term.OutTTY {
			o.Width, o.Color = a.term.Width, a.term.Color
		}
		if err := export.Sheet(&text, o, target, values); err != nil {
			return setup.Outcome{}, err
		}
	}
	if err := a.print(a.hide.Clean(text.String())); err != nil {
		return setup.Outcome{}, err
	}
	return setup.Outcome{Notes: []playbook.Note{w.keepSheet(turn, target.Name, markdown.Bytes())}}, nil
}

// keepSheet writes the sheet into the folder one is in. That it cannot be
// written is told, and no more: it can be had again.
func (w *walking) keepSheet(turn setup.Turn, target string, sheet []byte) playbook.Note {
	say := w.app.words().Say
	note := playbook.Note{Mark: playbook.Neutral, Label: say("setup.sheet"), Text: say("setup.sheet-sandbox")}
	if w.sandbox != nil {
		return note
	}
	file := filepath.Base(target) + "-handover.md"
	note.Mark = playbook.Good
	id := "setup.sheet-kept"
	if err := maybe.WriteFile(file, []byte(w.app.hide.Clean(string(sheet))), 0o600); err != nil {
		note.Mark, id = playbook.Heed, "setup.sheet-unkept"
	}
	note.Text = say(id, "file", "./"+file, "target", turn.Answers.Get("target"), "account", turn.Answers.Get("account"))
	return note
}

// withdraw takes our consent back where the admin asked for it.
func (w *walking) withdraw(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	a, say := w.app, w.app.words().Say
	var out setup.Outcome
	for _, email := range turn.Answers["account"].Values {
		note := playbook.Note{Mark: playbook.Neutral, Label: say("setup.withdraw"), Text: say("setup.not-withdrawn", "account", email)}
		if turn.Answers.Get("withdraw") == "yes" {
			acct, secrets, err := w.kept(email)
			if err != nil {
				return out, err
			}
			creds, err := secrets.Get(ctx, email)
			if err != nil {
				return out, err
			}
			if err := a.withdraw(ctx, acct, secrets, creds); err != nil {
				return out, err
			}
			note = playbook.Note{Mark: playbook.Good, Label: say("setup.withdraw"), Text: say("setup.withdrawn", "account", email)}
		}
		out.Notes = append(out.Notes, note)
	}
	return out, nil
}
