package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/playbook"
)

func (a *app) targetsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "targets",
		Short:   "The applications known, and target files of one's own",
		Example: "  gmailoauth targets list",
	}
	list := &cobra.Command{
		Use:     "list",
		Short:   "List the applications",
		Example: "  gmailoauth targets list",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return a.listTargets() },
	}
	show := &cobra.Command{
		Use:     "show NAME",
		Short:   "Show what is known of an application",
		Example: "  gmailoauth targets show dynamics365\n  gmailoauth targets show ./my-app/",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showTarget(args[0]) },
	}
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "Test a target file of your own",
		Long: `Check reads a target file, or a folder with target.yaml and text.LANGUAGE.yaml,
and names all that is wrong with it, each mistake with its file and line, and
with what was perhaps meant. What it accepts, --target takes. docs/targets.md
describes the format.`,
		Example: "  gmailoauth targets check ./my-app.yaml\n  gmailoauth targets check ./my-app/",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.checkTarget(args[0]) },
	}
	for _, c := range []*cobra.Command{list, show, check} {
		c.Flags().StringVar(&a.flags.format, "format", "text", "text or json")
		cmd.AddCommand(c)
	}
	return cmd
}

func (a *app) listTargets() error {
	if err := oneOf(a.flags.format, "text", "json"); err != nil {
		return err
	}
	var b strings.Builder
	list := []any{}
	for _, name := range playbook.Targets() {
		t, err := playbook.LoadTarget(name, a.words().Lang())
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%-16s %s\n", t.Name, a.words().Colon(t.Title, t.Summary))
		list = append(list, targetJSON(t))
	}
	if a.flags.format == "json" {
		return writeJSON(a.term.Out, map[string]any{"format": 1, "command": "targets list", "targets": list})
	}
	_, err := fmt.Fprint(a.term.Out, b.String())
	return err
}

func (a *app) showTarget(name string) error {
	if err := oneOf(a.flags.format, "text", "json"); err != nil {
		return err
	}
	t, err := a.target(name)
	if err != nil {
		return err
	}
	if a.flags.format == "json" {
		return writeJSON(a.term.Out, map[string]any{"format": 1, "command": "targets show", "target": targetJSON(t)})
	}
	_, err = fmt.Fprint(a.term.Out, a.targetText(t))
	return err
}

// checkTarget reads a target as setup would, and fills it.
func (a *app) checkTarget(file string) error {
	if err := oneOf(a.flags.format, "text", "json"); err != nil {
		return err
	}
	if _, err := os.Stat(file); err == nil && !slices.Contains(playbook.Targets(), file) && !isOwnTarget(file) {
		file = "./" + file // here a bare name is one of a file as well
	}
	if told, err := a.mistakes(file); told || err != nil {
		return err
	}
	t, err := a.target(file)
	if err != nil {
		return err
	}
	if _, err := playbook.Load(a.words().Lang(), t); err != nil {
		return err
	}
	if a.flags.format == "json" {
		return writeJSON(a.term.Out, map[string]any{"format": 1, "command": "targets check", "file": file, "status": "pass", "target": targetJSON(t)})
	}
	fields := 0
	for _, f := range t.Forms {
		fields += len(f.Fields)
	}
	w := a.words()
	_, err = fmt.Fprintf(a.term.Out, "✓ %s\n  %s\n", w.Say("targets.good", "file", file),
		w.Say("targets.counts", "variables", len(t.Variables), "forms", len(t.Forms), "fields", fields))
	return err
}
