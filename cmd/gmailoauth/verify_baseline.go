package main

import (
	"os"

	"github.com/spf13/cobra"

	"gmailoauth/internal/report"
)

func addBaseline(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "baseline", "", "tell only what changed since this JSON of an earlier run, and fail for that alone")
}

// baseline reads the file of --baseline: nil if there is none.
func (a *app) baseline(path string) (*report.Baseline, error) {
	switch path {
	case "":
		return nil, nil //nolint:nilnil // that none was asked for is no error
	case "-":
		return report.ReadBaseline(a.term.In, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable("--baseline", path, err)
	}
	defer func() { _ = file.Close() }()
	return report.ReadBaseline(file, path)
}

// since makes a proof tell only what changed since a baseline, if there is one.
func (p *proof) since(baseline *report.Baseline, strict, all bool) *proof {
	run := report.Run{Options: p.a.reportOptions(p.a.term.OutTTY), Strict: strict}
	run.Explain = p.a.explainClean
	p.stream = baseline.Since(p.stream, p.a.flags.format, run, all)
	return p
}
