package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/report"
)

func (a *app) clientCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "client",
		Short: "Prove an OAuth client before anyone consents",
	}
	cmd.AddCommand(a.clientCheckCommand())
	return cmd
}

func (a *app) clientCheckCommand() *cobra.Command {
	var flags clientFlags
	var uris []string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Prove a client ID and secret, and its redirect URIs",
		Long: `Asks Google about a client with nobody signing in: ID and secret with an
invented code, each redirect URI with a look at the page that a browser would
see first. Redirect URIs are those of --redirect-uri, or else those in the
client's JSON. Where Google's answer has an unknown shape, the check is skipped
and says so; that is no failure.

Exit codes: 0 all good, 2 wrong or missing input, 3 refused, 4 a person must act
in the console, 5 unreachable.`,
		Example: `  gmailoauth client check --client-file client_secret.json
  gmailoauth client check --client-file client_secret.json --redirect-uri https://crm.example.com/callback --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.checkClient(cmd.Context(), &flags, uris)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringArrayVar(&uris, "redirect-uri", nil, "redirect URI to look at (repeatable)")
	cmd.Flags().StringVar(&a.flags.format, "format", "text", strings.Join(report.CheckFormats(), ", "))
	return cmd
}

func (a *app) checkClient(ctx context.Context, flags *clientFlags, uris []string) error {
	if err := oneOf(a.flags.format, report.CheckFormats()...); err != nil {
		return err
	}
	client, given, err := a.clientFromFlags(flags)
	if err != nil {
		return err
	}
	if !given {
		return inputSymptom("missing-client", "flags", "--client-file")
	}
	if len(uris) == 0 && client.Type != "desktop" {
		uris = client.RedirectURIs
	}
	server, err := a.oauthServer()
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, a.flags.timeout)
	defer cancel()
	box := finding.Mailbox{Account: client.ID, Findings: server.CheckClient(limited, client, uris)}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	proof, err := a.newProof(proofOf{command: "client check"})
	if err != nil {
		return err
	}
	if err := proof.box(box); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	if a.flags.format == "text" { // there is nothing to count
		return exitIf(report.Exit([]finding.Mailbox{box}, a.explain, false))
	}
	return proof.end(ctx)
}
