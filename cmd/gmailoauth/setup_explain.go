package main

import (
	"bytes"
	"errors"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

// lineOf tells an error in one line, for below a question.
func (a *app) lineOf(err error) string {
	return a.hide.Clean(a.explain(diagnosis.SymptomOf(err)).Error)
}

// linesOf tells an error in all four lines. A proof that failed was told by its
// report.
func (a *app) linesOf(err error) string {
	if _, ok := errors.AsType[proofFailed](err); ok {
		return a.words().Say("setup.proof-failed")
	}
	var b bytes.Buffer
	_ = report.FourLines(&b, a.reportOptions(a.term.ErrTTY), a.explain(diagnosis.SymptomOf(err))) // to memory
	return strings.TrimRight(a.hide.Clean(b.String()), "\n")
}
