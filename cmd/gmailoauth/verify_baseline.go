package main

import (
	"os"

	"github.com/spf13/cobra"

	"gmailoauth/internal/report"
)

// baselineFlags is what verify compares a run with.
type baselineFlags struct {
	file    string
	earlier *report.Baseline // nil: there is none
	all     bool             // whatever there is to be proven is proven
}

func (f *baselineFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "baseline", "", "tell only what changed since this JSON of an earlier run, and fail for that alone")
}

// open reads the file, if one is named.
func (f *baselineFlags) open(a *app) error {
	in := a.term.In
	switch f.file {
	case "":
		return nil
	case "-":
	default:
		file, err := os.Open(f.file)
		if err != nil {
			return unreadable("--baseline", f.file, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	earlier, err := report.ReadBaseline(in, f.file)
	f.earlier = earlier
	return err
}

// since makes a proof tell only what changed since a baseline, if there is one.
func (p *proof) since(f baselineFlags, strict bool) {
	run := report.Run{Options: p.a.reportOptions(p.a.term.OutTTY), Strict: strict}
	run.Explain = p.a.explainClean
	p.stream = f.earlier.Since(p.stream, p.a.flags.format, run, f.all)
}
