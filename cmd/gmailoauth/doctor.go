package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/doctor"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/report"
)

func (a *app) doctorCommand() *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at this machine: names, ports, certificates, clock, proxy, secret store",
		Long: `Doctor looks at the machine it runs on, best the one on which the application
runs: whether Google's names are found, over IPv4 and IPv6; whether the ports of
OAuth, IMAP, SMTP and POP3 are open; whose certificates are shown there; whether
the clock is right; what the proxy variables do; whether there are authorities,
a browser, a keyring; and who may read what is kept. It looks at the endpoints of
--provider if that is given.

It needs no account, logs in nowhere, and changes nothing. What is kept is opened
as verify does. The consent page is not asked for: a browser shows it, often on
another machine.

Exit codes: 0 all good, 2 something here is set wrongly, 3 a check failed, 5 not
reached. Warnings alone exit 0, with --strict 3.`,
		Example: `  gmailoauth doctor
  gmailoauth doctor --timeout 5s --format json
  gmailoauth doctor --store keyring`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), strict) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "warnings fail as well")
	cmd.Flags().StringVar(&a.flags.format, "format", "text", strings.Join(report.CheckFormats(), ", "))
	return cmd
}

// doctor is one straight line: the machine, its findings, the report.
func (a *app) doctor(ctx context.Context, strict bool) error {
	if err := oneOf(a.flags.format, report.CheckFormats()...); err != nil {
		return err
	}
	machine, err := a.machine()
	if err != nil {
		return err
	}
	defer machine.HTTP.CloseIdleConnections()
	if a.term.ErrTTY && a.flags.format == "text" {
		a.note(a.words().Say("doctor.looking", "limit", a.words().Seconds(a.flags.timeout, 0)))
	}
	proof, err := a.newProof("doctor", proofFlags{strict: strict, heading: a.words().Say("report.machine")})
	if err != nil {
		return err
	}
	box := finding.Mailbox{Account: machineName(), Findings: doctor.Examine(ctx, machine)}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := proof.box(box); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	return proof.end(ctx)
}

// machineName tells one machine's findings from another's.
func machineName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}
