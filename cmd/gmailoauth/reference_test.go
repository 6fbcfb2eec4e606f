package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

var update = flag.Bool("update", false, "write docs/reference again")

// The pages of docs/reference are what the program itself says: commands,
// diagnoses, scenarios. They are current, or this fails; make docs writes them.
func TestReference(t *testing.T) {
	for name, page := range map[string]string{
		"commands.md":  commandsPage(t),
		"diagnoses.md": diagnosesPage(t),
		"scenarios.md": scenariosPage(t),
		"exports.md":   exportsPage(t),
	} {
		file := filepath.Join("..", "..", "docs", "reference", name)
		if *update {
			if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		kept, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v: run make docs", err)
			continue
		}
		if diff := cmp.Diff(string(kept), page); diff != "" {
			t.Errorf("docs/reference/%s is not current, run make docs (-kept +now):\n%s", name, diff)
		}
	}
}

// Every command says what it does, how it is used and how it exits.
func TestEveryCommandHelps(t *testing.T) {
	walkCommands(plainApp(nil, nil).rootCommand(nil), func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: Short is %q: want a phrase without full stop", cmd.CommandPath(), cmd.Short)
		}
		leaf := cmd.Runnable() && !cmd.HasSubCommands() && cmd.Parent().Name() != "completion"
		if leaf && (cmd.Example == "" || !strings.Contains(cmd.Example, cmd.CommandPath())) {
			t.Errorf("%s: Example is %q: want one that can be typed", cmd.CommandPath(), cmd.Example)
		}
		for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
			if strings.Count(line, "(default") > 1 {
				t.Errorf("%s: a flag tells two defaults: %s", cmd.CommandPath(), strings.TrimSpace(line))
			}
		}
	})
}

const generated = "<!-- Written by make docs from %s. Edit that, not this page. -->\n\n"

func commandsPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, generated+"# Commands\n\nEvery flag has a variable: `--redirect-port` is `GMAILOAUTH_REDIRECT_PORT`.\n", "the command tree, cmd/gmailoauth")
	walkCommands(plainApp(nil, nil).rootCommand(nil), func(cmd *cobra.Command) {
		long := cmd.Long
		if long == "" {
			long = cmd.Short + "."
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", cmd.CommandPath(), strings.TrimSpace(long))
		if cmd.Runnable() {
			fmt.Fprintf(&b, "\n```text\n%s\n```\n", cmd.UseLine())
		}
		if cmd.Example != "" {
			fmt.Fprintf(&b, "\n```sh\n%s\n```\n", unindent(cmd.Example))
		}
		flagTable(&b, cmd)
	})
	return b.String()
}

func flagTable(b *strings.Builder, cmd *cobra.Command) {
	flags := cmd.LocalNonPersistentFlags()
	if !cmd.HasParent() {
		flags = cmd.PersistentFlags()
	}
	var rows []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		rows = append(rows, fmt.Sprintf("| `%s` | %s |", strings.TrimSpace("--"+f.Name+" "+kind), strings.ReplaceAll(usage, "|", "\\|")))
	})
	if len(rows) > 0 {
		fmt.Fprintf(b, "\n| flag | |\n|---|---|\n%s\n", strings.Join(rows, "\n"))
	}
}

func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

func diagnosesPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, generated+"# Diagnoses\n\nWhat `gmailoauth explain NAME` tells, in the order in which a refusal is looked up: the special before the general.\n",
		"internal/diagnosis/catalogue")
	c := plainApp(nil, nil).catalogue()
	for _, name := range c.Names() {
		e, ok := c.Entry(name, google.Link)
		if !ok {
			t.Fatalf("Entry(%s): none", name)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", name, e.Error)
		for i, cause := range e.Causes {
			fmt.Fprintf(&b, "%d. %s\n", i+1, cause)
		}
		fmt.Fprintf(&b, "\nFix: %s\n\nExit code %d · %s (%s)\n", e.Fix, e.Exit, e.Source, e.Checked)
	}
	return b.String()
}

func scenariosPage(t *testing.T) string {
	t.Helper()
	scenarios, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, generated+"# Scenarios\n\nWhat `gmailoauth sandbox --scenario NAME` makes go wrong.\n\n| name | what happens | source |\n|---|---|---|\n",
		"internal/sandbox/scenario/scenarios")
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for _, s := range scenarios {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, cell.Replace(s.About), cell.Replace(s.Source))
	}
	return b.String()
}

// plainApp is a world without terminal, environment, or anything kept.
func plainApp(out, err *bytes.Buffer) *app {
	if out == nil {
		out, err = new(bytes.Buffer), new(bytes.Buffer)
	}
	return &app{
		term:        &terminal.Terminal{In: strings.NewReader(""), Out: out, Err: err, Width: 80, Height: 24},
		lookupEnv:   func(string) (string, bool) { return "", false },
		openBrowser: func(context.Context, string, terminal.Env) error { return terminal.ErrNoBrowser },
		hide:        new(secret.Redactor),
	}
}

func walkCommands(cmd *cobra.Command, visit func(*cobra.Command)) {
	if cmd.Hidden {
		return
	}
	visit(cmd)
	for _, child := range cmd.Commands() {
		walkCommands(child, visit)
	}
}
