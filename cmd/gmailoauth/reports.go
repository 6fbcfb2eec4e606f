package main

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Join the reports of several machines",
		Long: `Report works on what verify --format json has written. See gmailoauth verify
for how a fleet of mailboxes is shared among machines.`,
		Example: `  gmailoauth report merge 1.json 2.json > all.json`,
	}
	cmd.AddCommand(a.reportMergeCommand())
	return cmd
}

func (a *app) reportMergeCommand() *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "merge FILE…",
		Short: "Join JSON reports of verify into one",
		Long: `Merge writes one JSON report of the mailboxes of all FILEs, in their order, as
verify would have written it on one machine, and exits as that would have. FILE
is what gmailoauth verify --format json has written; - is stdin.

A mailbox that stands in two of them is refused. If the FILEs are shares (verify
--shard) and one of them is missing or was interrupted, the others are joined,
what is missing is told on stderr, and the exit code is not 0.

Exit codes: 0 all good, 2 not our reports, or not all of them, 3 a check failed,
4 a person must act, 5 try later.`,
		Example: `  gmailoauth verify --fleet boxes.yaml --shard 1/2 --format json > 1.json
  gmailoauth verify --fleet boxes.yaml --shard 2/2 --format json > 2.json
  gmailoauth report merge 1.json 2.json > all.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.mergeReports(args, strict) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "warnings fail as well")
	return cmd
}

func (a *app) mergeReports(files []string, strict bool) error {
	var parts []report.Part
	for _, file := range files {
		part, err := a.part(file)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	joined, err := report.Join(parts)
	if err != nil {
		return err
	}
	if err := joined.Write(cleaning{a}, version); err != nil {
		return err
	}
	code := joined.Exit(strict)
	if missing := joined.Missing(); len(missing) > 0 {
		told := a.tellBeside(inputSymptom("reports-incomplete", "missing_shares", strings.Join(missing, ", ")))
		if code != 4 && code != 3 { // what is known to be broken comes first
			return told
		}
	}
	return exitIf(code)
}

// part is a file, or stdin, which is read once and kept.
func (a *app) part(name string) (report.Part, error) {
	if name != "-" {
		return report.Part{Name: name, Open: func() (io.ReadCloser, error) {
			file, err := os.Open(name)
			if err != nil {
				return nil, unreadable("FILE", name, err)
			}
			return file, nil
		}}, nil
	}
	data, err := io.ReadAll(io.LimitReader(a.term.In, maxReport))
	if err != nil {
		return report.Part{}, unreadable("FILE", name, err)
	}
	return report.Part{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}, nil
}

// maxReport is the largest report that is read from stdin, in bytes.
const maxReport = 1 << 30

// cleaning writes parts of JSON to stdout, without secrets. No part cuts a value.
type cleaning struct{ a *app }

func (c cleaning) Write(part []byte) (int, error) {
	if _, err := io.WriteString(c.a.term.Out, c.a.cleanJSON(string(part))); err != nil {
		return 0, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "output-not-written", Err: err}
	}
	return len(part), nil
}
