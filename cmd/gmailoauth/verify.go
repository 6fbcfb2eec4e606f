package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/report"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	proofOptions
	accounts    []string
	strict      bool
	concurrency int
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
nothing needs to be on disk.

Exit codes: 0 all good, 3 a check failed, 4 a person must act, 5 try later.`,
		Example: `  gmailoauth verify
  gmailoauth verify office@example.com --protocol imap,smtp,pop3
  gmailoauth verify --format junit > verify.xml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = f.accounts
			}
			return a.verify(cmd.Context(), args, f)
		},
	}
	flags := cmd.Flags()
	addProtocols(cmd, &f.protocols)
	flags.StringSliceVar(&f.sasl, "sasl", []string{"xoauth2"}, "xoauth2, oauthbearer or both")
	flags.BoolVar(&f.sendTest, "send-test", false, "send one message to the mailbox itself and find it by IMAP")
	flags.BoolVar(&f.strict, "strict", false, "warnings fail as well")
	flags.IntVar(&f.concurrency, "concurrency", 8, "mailboxes proven at the same time")
	flags.StringSliceVar(&f.accounts, "account", nil, "the same as EMAIL, if none is named")
	flags.StringVar(&a.flags.format, "format", "text", strings.Join(report.Formats(), ", "))
	return cmd
}

// verify proves each mailbox, a few at a time, and writes them in their order.
func (a *app) verify(ctx context.Context, emails []string, f verifyFlags) error {
	if err := f.check(a.flags.format); err != nil {
		return err
	}
	subjects, err := a.toVerify(ctx, emails)
	if err != nil {
		return err
	}
	release, err := a.shareHTTP()
	if err != nil {
		return err
	}
	defer release()
	proof := a.newProof("verify", f.strict)
	boxes := make([]finding.Mailbox, len(subjects))
	done := make([]chan struct{}, len(subjects))
	group := new(errgroup.Group)
	group.SetLimit(f.concurrency)
	for i := range subjects {
		done[i] = make(chan struct{})
	}
	var written error
	told := make(chan struct{})
	go func() {
		defer close(told)
		for i := range boxes {
			<-done[i]
			if written == nil && ctx.Err() == nil {
				written = proof.box(boxes[i])
			}
		}
	}()
	for i, s := range subjects {
		group.Go(func() error {
			defer close(done[i])
			boxes[i] = s.prove(ctx, a, f.proofOptions)
			return nil
		})
	}
	_ = group.Wait()
	<-told
	if written != nil {
		return fmt.Errorf("write the proof: %w", written)
	}
	return proof.end(ctx)
}

func (f *verifyFlags) check(format string) error {
	if err := checkProtocols(f.protocols); err != nil {
		return err
	}
	var mechanisms []string
	for _, name := range f.sasl {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "xoauth2", "oauthbearer":
			mechanisms = append(mechanisms, strings.ToUpper(strings.TrimSpace(name)))
		case "both":
			mechanisms = append(mechanisms, "XOAUTH2", "OAUTHBEARER")
		default:
			return badChoice("bad-sasl", "--sasl", name, "xoauth2, oauthbearer, both")
		}
	}
	slices.Sort(mechanisms)
	slices.Reverse(mechanisms) // XOAUTH2 first
	f.sasl = slices.Compact(mechanisms)
	if known := report.Formats(); !slices.Contains(known, format) {
		return badChoice("bad-format", "--format", format, strings.Join(known, ", "))
	}
	if f.concurrency < 1 || f.concurrency > 256 {
		return badChoice("bad-value", "--concurrency", fmt.Sprint(f.concurrency), "1…256")
	}
	return nil
}

// badChoice refuses a value of a flag that has few. It is not repeated if it
// could be a secret that was meant for another flag.
func badChoice(code, flag, value, wanted string) error {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: code,
		Facts: map[string]string{"flag": flag, "wanted": wanted}}
	if len(value) <= 16 {
		symptom.Facts["value"] = value
	}
	return symptom
}
