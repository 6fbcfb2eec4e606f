package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/wizard"
)

func (a *app) setupCommand() *cobra.Command {
	var flags walkFlags
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "The whole walk: from an empty Google account to a proof and a hand-over sheet",
		Long: `Setup walks through everything that an application needs to read and send mail
from Gmail: the Google Cloud project, the consent screen, the OAuth client, the
consent, and ends with the proof that the mailbox opens and a sheet that says
what to paste where.

Every question has a flag. On a terminal it asks what is missing; with
--no-input, or without a terminal, it never asks and names all that is missing
at once. Ctrl-C leaves at any time; run it again, and it goes on there. The
sheet goes to stdout, all drawing to stderr.

--sandbox walks through a Gmail look-alike on this machine; with --no-input it
consents by itself.

Exit codes: 0 all good, 2 wrong or missing input, 3 a check failed, 4 a person
must act at Google, 5 unreachable, 130 interrupted.`,
		Example: `  gmailoauth setup
  gmailoauth setup --sandbox --no-input
  gmailoauth setup --no-input --target generic-desktop --project my-mail-123 --audience internal \
      --account office@example.com --client-file client_secret.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if flags.sandbox {
				return a.setupInSandbox(cmd, &flags)
			}
			answers, marks, err := a.answers(cmd, &flags)
			if err != nil {
				return err
			}
			return a.walkThrough(cmd.Context(), &walking{app: a, answers: answers, marks: marks, noBrowser: flags.noBrowser})
		},
	}
	flags.add(cmd)
	return cmd
}

// walking is one run of setup: what the actions of its steps share.
type walking struct {
	app       *app
	answers   playbook.Answers // as given, or kept from an earlier run
	marks     playbook.Marks
	noBrowser bool
	sandbox   *sandboxWalk // nil: the real Google, or what --provider says
	resumed   bool
	latest    playbook.Answers // as they stand now
}

// walkThrough carries out setup.Run with the wizard, or with what was given.
func (a *app) walkThrough(ctx context.Context, w *walking) error {
	face := wizard.New(wizard.Options{Terminal: a.term, Words: a.words(), Accept: w.accept, Line: a.lineOf, Explain: a.linesOf,
		Open: func(ctx context.Context, address string) error { return a.openBrowser(ctx, address, a.env) }, Now: a.now})
	var asker setup.Asker = face
	if !a.interactive() {
		asker = given{setup.Given{Notes: face.Tell}, face}
	} else if err := w.resume(); err != nil {
		return err
	}
	if w.resumed {
		a.note(a.words().Say("setup.resumed", "target", w.answers.Get("target")))
	}
	w.latest = w.answers
	walk := setup.Walk{Load: w.load, Answers: w.answers, Marks: w.marks, Asker: asker, Actions: w.actions(),
		Save: w.save, Heading: w.heading}
	result, err := setup.Run(ctx, walk)
	if err == nil {
		return w.finish(result)
	}
	if failed, ok := errors.AsType[proofFailed](err); ok {
		a.note(a.words().Say("setup.proof-failed"))
		return exitError(failed)
	}
	if errors.Is(err, context.Canceled) && a.interactive() && w.sandbox == nil {
		a.note("\n" + a.words().Say("setup.kept"))
		return exitError(exitInterrupted)
	}
	return err
}

// given is the Asker of --no-input, which shows what is waited for.
type given struct {
	setup.Given
	face *wizard.Wizard
}

// Wait is the wizard's.
func (g given) Wait(ctx context.Context, what string, limit time.Duration, do func(context.Context) error) error {
	return g.face.Wait(ctx, what, limit, do)
}

// load gives the walk for a target.
func (w *walking) load(target string) (setup.Book, error) {
	book, err := w.app.playbook(target)
	if err != nil {
		return nil, err
	}
	if w.sandbox != nil {
		return suppliedBook{book, w.sandbox}, nil
	}
	return book, nil
}

// heading is what is being connected: application and project.
func (w *walking) heading(target string, answers playbook.Answers) string {
	title := answers.Get("target_title")
	if title == "" {
		title = target
	}
	if project := answers.Get("project"); project != "" && title != "" {
		title += " · " + project
	}
	return title
}
