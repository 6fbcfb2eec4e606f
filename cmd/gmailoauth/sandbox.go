package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
)

// highestSandboxPort leaves room for the five ports that follow it.
const highestSandboxPort = 65530

func (a *app) sandboxCommand() *cobra.Command {
	var options sandbox.Options
	var list bool
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a Gmail look-alike on this machine, with every refusal on demand",
		Long: `Runs an OAuth server with a consent page and a console, and IMAP, SMTP and
POP3 servers that take its tokens, on loopback and on TLS. Any address has a
mailbox. Prints a provider file to stdout, so that any program can be tested
against it, and runs until Ctrl-C or SIGTERM, which is a good end (exit 0).

--port N fixes six ports: N for OAuth, N+1 for the console, then IMAP, SMTP with
implicit TLS, SMTP with STARTTLS, POP3. Without it they are any free ones.

Exit codes: 0 ended on request, 1 our fault, 2 wrong input or a port in use.`,
		Example: `  gmailoauth sandbox
  gmailoauth sandbox --list
  gmailoauth sandbox --port 9443 --scenario token-expired-or-revoked`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				return a.listScenarios()
			}
			return a.runSandbox(cmd.Context(), options)
		},
	}
	f := cmd.Flags()
	f.StringVar(&options.Dir, "dir", "", "folder for provider.yaml, ca.pem and what opens mailboxes (default: a temporary one, removed at the end)")
	f.IntVar(&options.Port, "port", 0, "first of six ports (default: any free ones)")
	f.StringSliceVar(&options.Scenario, "scenario", nil, "what goes wrong from the beginning: names from --list")
	f.BoolVar(&options.PlainPages, "plain-pages", false, "serve the consent page without TLS, so that a browser shows no certificate warning")
	f.BoolVar(&list, "list", false, "list the scenarios and exit")
	return cmd
}

func (a *app) listScenarios() error {
	all, err := scenario.Load()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(a.term.Out, 0, 0, 2, ' ', 0)
	for _, s := range all {
		if _, err := fmt.Fprintf(table, "%s\t%s\n", s.Name, s.About); err != nil {
			return err
		}
	}
	return table.Flush()
}

// runSandbox runs until it is told to stop: for a server that is a good end.
func (a *app) runSandbox(ctx context.Context, options sandbox.Options) error {
	if options.Port < 0 || options.Port > highestSandboxPort {
		return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-flag",
			Facts: map[string]string{"flag": "--port", "wanted": fmt.Sprintf("1…%d", highestSandboxPort)}}
	}
	if n := options.Port; n > 0 {
		options.PagesPort, options.IMAPPort, options.SMTPPort, options.SubmissionPort, options.POP3Port = n+1, n+2, n+3, n+4, n+5
	}
	options.Now = a.now
	s, err := sandbox.Start(ctx, options)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := a.introduceSandbox(s); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func (a *app) introduceSandbox(s *sandbox.Sandbox) error {
	w, on := a.words(), s.Scenarios().Names()
	key, credentials, err := s.DelegationFiles()
	if err != nil {
		return err
	}
	lines := []string{
		w.Say("sandbox.running"),
		w.Say("sandbox.console") + " " + s.ConsoleURL(),
		w.Say("sandbox.file") + " " + s.ProviderFile(),
		w.Say("sandbox.ca") + " " + s.Provider().CAFile,
		w.Say("sandbox.introspection") + " " + s.IntrospectionURL(),
		w.Say("sandbox.walk") + " gmailoauth setup --provider " + s.ProviderFile(),
		w.Say("sandbox.cloud") + " --automation token --gcp-token-file " + s.CloudTokenFile(),
		w.Say("sandbox.delegation") + " --grant delegation --service-account-file " + key,
		w.Say("sandbox.federation") + " --grant delegation --credentials-file " + credentials,
		w.Say("sandbox.verify"),
		w.Say("sandbox.switch", "command", "curl -d name=NAME "+s.ConsoleURL()+"sandbox/scenario"),
	}
	if len(on) > 0 {
		lines = append(lines, w.Count("sandbox.scenarios", len(on), "names", strings.Join(on, ", ")))
	}
	lines = append(lines, w.Say("sandbox.stop"))
	if _, err := fmt.Fprintln(a.term.Err, strings.Join(lines, "\n")); err != nil {
		return err
	}
	_, err = a.term.Out.Write(s.ProviderYAML())
	return err
}
