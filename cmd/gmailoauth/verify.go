package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/report"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	proofOptions
	fleet       fleetFlags
	accounts    []string
	strict      bool
	baseline    baselineFlags
	concurrency int
	output      string
	delegation  delegationFlags
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [EMAIL…]",
		Short: "Prove that mailboxes open: token, IMAP, SMTP, POP3",
		Long: `Renew the access token if it is stale, and log in with it over IMAP, SMTP and
POP3, as the application will. Without EMAIL, all known accounts are proven.

Nothing is changed: INBOX is opened read-only, no consent is asked for. Only
--send-test sends a message, to the mailbox itself, and leaves it there.

With GMAILOAUTH_ACCOUNT, _CLIENT_ID, _CLIENT_SECRET and _REFRESH_TOKEN set,
nothing needs to be on disk. What each --format is for: gmailoauth help formats.

--fleet names the mailboxes in a file: an address on each line; a table with a
heading (account, target, store, protocols; also the users that the Admin console
exports); or YAML: mailboxes, a list of addresses or of those keys, and beside it
what holds for all. The file of apply is one, too. Results are written in the
file's order, as they come. It begins with four mailboxes at a time and works up
to --concurrency, which is also the most connections to one server; a server that
asks for patience halves it. What it puts off is tried again after one, two and
four seconds (or when it says); a refused login never is.

--shard 2/4 takes every fourth mailbox from the second on. Shares may be counted
from 0 as well: 0/4 is 4/4. auto/4 takes the number from JOB_COMPLETION_INDEX
(Indexed Job of Kubernetes) or CI_NODE_INDEX (GitLab), auto also the count from
CI_NODE_TOTAL. gmailoauth report merge joins the JSON of all.

With --grant delegation, or a service account, the mailboxes that are named need
not be known here: its key (--service-account-file), or Google for it, opens each,
and nothing is kept. Variables say the same where nothing is on disk.

With --baseline, the JSON of an earlier run, only what changed since is told, and
only what is new or has changed makes it fail: what was known is no news. JSON
stays whole, with the changes under "baseline": it is the next run's baseline.

Exit codes: 0 all good, 3 a check failed, 4 a person must act, 5 try later;
under --format nagios those of a plugin, 0 to 3.`,
		Example: `  gmailoauth verify
  gmailoauth verify office@example.com --protocol imap,smtp,pop3
  gmailoauth verify --format junit > verify.xml
  gmailoauth verify --format html --output verify.html
  gmailoauth verify --strict --warn-before 48h
  gmailoauth verify --baseline yesterday.json
  gmailoauth verify --fleet boxes.txt --grant delegation --service-account-file key.json
  gmailoauth verify --fleet boxes.csv --shard auto/4 --format json > part.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.verify(cmd.Context(), args, f)
		},
	}
	flags := cmd.Flags()
	addProtocols(cmd, &f.protocols)
	flags.StringSliceVar(&f.sasl, "sasl", []string{"xoauth2"}, "xoauth2, oauthbearer or both")
	flags.BoolVar(&f.sendTest, "send-test", false, "send one message to the mailbox itself and find it by IMAP")
	addWarnBefore(cmd, &f.warnBefore)
	f.baseline.add(cmd)
	flags.BoolVar(&f.strict, "strict", false, "warnings fail as well")
	flags.IntVar(&f.concurrency, "concurrency", 8, "mailboxes proven at the same time")
	flags.StringSliceVar(&f.accounts, "account", nil, "the same as EMAIL, if none is named")
	flags.StringVar(&a.flags.format, "format", "text", strings.Join(report.Formats(), ", "))
	flags.StringVar(&f.output, "output", "", "write to this file, in place of stdout")
	f.fleet.add(cmd)
	f.delegation.add(cmd)
	return cmd
}

// verify proves each mailbox, a few at a time, and writes them in their order.
func (a *app) verify(ctx context.Context, args []string, f verifyFlags) error {
	if err := f.check(a.flags.format); err != nil {
		return err
	}
	if err := f.fleet.check(args); err != nil {
		return err
	}
	if len(args) == 0 && f.fleet.file == "" {
		args = f.accounts
	}
	if err := f.baseline.open(a); err != nil {
		return err
	}
	if f.fleet.file == "" {
		f.siblings = a.lazySiblings()
	}
	opens, err := a.passing(&f.delegation, f.fleet.files())
	if err != nil {
		return err
	}
	queue, err := a.queue(ctx, args, f.fleet, opens)
	if err != nil {
		return err
	}
	f.baseline.all = len(args) == 0 && queue.shard == "" && !f.fleet.failFast
	return a.proveAll(ctx, queue, f)
}
