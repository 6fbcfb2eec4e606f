package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// applyFlags are the flags of apply.
type applyFlags struct {
	file, shard          string
	dryRun, yes, replace bool
	noProof, failFast    bool
	concurrency          int
	consent              consentOptions
	signInFlags
}

func (a *app) applyCommand() *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Connect the mailboxes that a file names, as far as they are not",
		Long: `Apply compares the mailboxes of a file with those that are kept here, shows what
is to be done, asks once, does it, and proves each mailbox that it connected. The
file is that of verify --fleet; what it may say of each mailbox, or of all:

  client: client_secret.json        with this client somebody consents
  refresh_token_file: token.txt     and nobody, where a token made elsewhere is adopted
  grant: delegation                 nobody either: a service account opens the mailbox,
  service_account_file: key.json    with this key, or, without one, as
  service_account: ADDRESS          Google signs for it, on the word of gcloud's
                                    sign-in, --gcp-token-file or --credentials-file
  scope: mail                       what it asks for: mail, imap-admin or both
  target, store, protocols          as verify --fleet has them

Paths are relative to the file. Whatever needs nobody is done first, several
mailboxes at once; then one consent after another. Each mailbox is kept as soon as
it is connected, and nothing else is remembered: run apply again after an
interruption, or when the file has changed, and it does what is still missing.

Nothing is undone. Mailboxes that the file does not name are left alone. One that
works by another client, or another grant, than the file says is a conflict: it is
named and left, unless --replace says otherwise.

With --no-input nobody is asked to consent: such mailboxes fail with exit code 4,
and the command for each is named.

Exit codes: 0 all is as the file says, conflicts aside, 2 wrong file or --yes is
missing, 3 a check failed, 4 a person must act, 5 try later, 130 interrupted.`,
		Example: `  gmailoauth apply -f boxes.yaml --dry-run
  gmailoauth apply -f boxes.yaml
  gmailoauth apply -f boxes.yaml --yes --no-input --format json > applied.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.apply(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "the mailboxes: YAML, a table (CSV) or an address a line; - is stdin")
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what is to be done, and do nothing")
	flags.BoolVar(&f.yes, "yes", false, "do not ask")
	flags.BoolVar(&f.replace, "replace", false, "let the file's client or grant take the place of one that works")
	flags.BoolVar(&f.noProof, "no-proof", false, "do not prove what was connected")
	flags.BoolVar(&f.failFast, "fail-fast", false, "begin nothing more once a mailbox has failed")
	flags.IntVar(&f.concurrency, "concurrency", 8, "mailboxes that are connected, or proven, at the same time")
	flags.StringVar(&f.shard, "shard", "", "this machine's share, I/N (auto/N and auto: see gmailoauth verify)")
	flags.IntVar(&f.consent.RedirectPort, "redirect-port", 0, "loopback port (Desktop: any free one; Web: of the registered URI)")
	flags.BoolVar(&f.consent.NoBrowser, "no-browser", false, "print the addresses of the consent pages, open nothing")
	f.add(cmd)
	flags.StringVar(&a.flags.format, "format", "text", "text or json")
	return cmd
}

// apply reads, compares, tells, asks, does and proves.
func (a *app) apply(ctx context.Context, f applyFlags) error {
	if err := f.check(a); err != nil {
		return err
	}
	files := &clientFlags{}
	if f.file == "-" {
		files.stdin = "--file"
	}
	if err := a.signIn(f.signInFlags, files); err != nil {
		return err
	}
	r, err := a.planRollout(ctx, f)
	if err != nil {
		return err
	}
	if f.dryRun {
		return r.tellPlan()
	}
	if agreed, err := r.agreed(ctx); err != nil || !agreed {
		return err
	}
	if err := r.carryOut(ctx); err != nil {
		return r.cut(err)
	}
	return r.prove(ctx)
}

func (f *applyFlags) check(a *app) error {
	if f.file == "" {
		return inputSymptom("missing-flag", "flags", "--file")
	}
	if f.concurrency < 1 || f.concurrency > 256 {
		return badChoice("bad-value", "--concurrency", fmt.Sprint(f.concurrency), "1…256")
	}
	f.consent.NoPaste = f.file == "-"
	return oneOf(a.flags.format, "text", "json")
}
