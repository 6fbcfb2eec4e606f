package main

import (
	"bytes"
	"slices"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

// tellFailed tells on stdout, as the format has it, what ended a command before it
// had an answer, and gives the exit code.
func (a *app) tellFailed(command string, args []string, d diagnosis.Diagnosis) (exit int) {
	exit = d.Exit
	format := a.formatOf(command, args)
	if format == "" {
		return exit
	}
	a.writeClean(a.term.Out.Write, func(b *bytes.Buffer) (err error) {
		run := report.Run{Options: a.reportOptions(false), Command: command, Version: version}
		run.Explain = a.explainClean
		exit, err = report.Failed(b, format, run, a.cleanDiagnosis(d))
		return err
	})
	return exit
}

// formatOf is the format that was asked for, also in a command line that could
// not be read to its end; "" if a failure is told on stderr alone. Every command
// knows json, or at least says in JSON that it does not.
func (a *app) formatOf(command string, args []string) string {
	known := []string{"json"}
	switch command {
	case "verify":
		known = report.Formats()[1:]
	case "client check", "doctor":
		known = report.CheckFormats()[1:]
	}
	for _, format := range []string{valueIn(args, "--format"), a.flags.format, a.env("GMAILOAUTH_FORMAT")} {
		if slices.Contains(known, format) {
			return format
		}
	}
	return ""
}
