package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/wizard"
)

func (a *app) setupCommand() *cobra.Command {
	var flags walkFlags
	var dryRun bool
	var wait time.Duration
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

--automation gcloud, or --gcp-token-file, has the project made and the Gmail API
switched on with a token of yours; --dry-run shows what would be made.

Exit codes: 0 all good, 2 wrong or missing input, 3 a check failed, 4 a person
must act at Google, 5 unreachable, 130 interrupted.`,
		Example: `  gmailoauth setup
  gmailoauth setup --sandbox --no-input
  gmailoauth setup --no-input --target generic-desktop --project my-mail-123 --audience internal \
      --account office@example.com --client-file client_secret.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkProtocols(flags.protocols); err != nil {
				return err
			}
			if dryRun {
				return a.dryRun(cmd, &flags)
			}
			if err := checkWait(wait); err != nil {
				return err
			}
			if flags.sandbox {
				return a.setupInSandbox(cmd, &flags)
			}
			answers, marks, err := a.answers(cmd, &flags)
			if err != nil {
				return err
			}
			return a.walkThrough(cmd.Context(), &walking{app: a, answers: answers, marks: marks, noBrowser: flags.noBrowser, wanted: flags.protocols, patience: wait})
		},
	}
	flags.add(cmd)
	addWait(cmd, &wait)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be asked and made, and touch nothing")
	return cmd
}

// walking is one run of setup: what the actions of its steps share.
type walking struct {
	app       *app
	answers   playbook.Answers // as given, or kept from an earlier run
	marks     playbook.Marks
	noBrowser bool
	patience  time.Duration // for a delegation to spread
	wanted    []string      // protocols to prove; empty: what the target needs
	sandbox   *sandboxWalk  // nil: the real Google, or what --provider says
	resumed   bool
	latest    playbook.Answers // as they stand now
	unknown   []string         // what nobody could tell
}

// walkThrough carries out setup.Run with the wizard, or with what was given.
func (a *app) walkThrough(ctx context.Context, w *walking) error {
	face := wizard.New(wizard.Options{Terminal: a.term, Words: a.words(), Accept: w.accept, Line: a.lineOf, Explain: a.linesOf,
		Open: func(ctx context.Context, address string) error { return a.openBrowser(ctx, address, a.env) }, Now: a.now, Unkept: w.sandbox != nil, Watch: w.watch, Pitfall: a.pitfall, Spreads: a.spreads})
	var asker setup.Asker = face
	if !a.interactive() {
		asker = given{setup.Given{Notes: face.Tell}, face}
	} else if err := w.resume(); err != nil {
		return err
	}
	w.greet(face)
	if err := w.offerAutomation(ctx, asker); err != nil {
		return err
	}
	w.latest = w.answers
	walk := setup.Walk{Load: w.load, Answers: w.answers, Marks: w.marks, Asker: asker, Actions: w.actions(),
		Save: w.save, Heading: w.heading, MendedIn: a.mendedIn}
	result, err := setup.Run(ctx, walk)
	return w.end(face, result, err)
}

// greet says what is special about this run.
func (w *walking) greet(face *wizard.Wizard) {
	say := w.app.words().Say
	if w.resumed {
		face.Say(say("setup.resumed", "target", w.answers.Get("target")))
	}
	if w.sandbox == nil {
		return
	}
	face.Say(say("setup.sandbox"))
	face.Say(say("setup.sandbox-console", "url", w.sandbox.box.ConsoleURL()))
	if w.sandbox.robot && w.answers.Get("grant") != grantDelegation {
		face.Say(say("setup.sandbox-consents", "account", strings.Join(w.answers["account"].Values, ", ")))
	}
}

// end says how it ended, and gives the exit code that goes with it.
func (w *walking) end(face *wizard.Wizard, result setup.Result, err error) error {
	say := w.app.words().Say
	failed, unproven := errors.AsType[proofFailed](err)
	if err == nil || unproven {
		w.overview(face, result)
	}
	switch {
	case err == nil && w.sandbox != nil:
		face.Say(say("setup.sandbox-end"))
		return nil
	case err == nil:
		return w.keep(result.Answers, result.Marks, true)
	case unproven && !w.app.interactive():
		face.Say(say("setup.proof-failed")) // the wizard has said it
		return exitError(failed)
	case unproven:
		return exitError(failed)
	case errors.Is(err, context.Canceled) && w.app.interactive() && w.sandbox == nil && result.Answers.Has("target"):
		w.app.note("")
		face.Say(say("setup.kept"))
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
	return w.inCloudShell(book), nil
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
