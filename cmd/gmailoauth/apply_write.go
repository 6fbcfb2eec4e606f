package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

// writeJSON writes the plan, what became of it, and, as its last key, what proof
// writes to stdout. An error of proof that it has not told itself is told in it.
func (r *rolling) writeJSON(proof func() error) error {
	a, doc := r.a, r.json()
	out := a.term.Out
	var failed error
	if proof != nil {
		head, err := encoded(doc)
		if err != nil {
			return err
		}
		inner := &within{to: out, before: strings.TrimSuffix(a.cleanJSON(head), "\n}\n") + ",\n  \"proof\": "}
		a.term.Out = inner
		failed = proof()
		a.term.Out = out
		if inner.begun {
			return cmp.Or(a.print("\n}\n"), failed)
		}
	}
	exit, told := errors.AsType[exitError](failed)
	if failed != nil && !told {
		d := r.failure(failed)
		doc.Error, doc.Exit, exit = report.DiagnosisOf(d), d.Exit, exitError(d.Exit)
		if d.Exit != exitInterrupted {
			failed = a.tellBeside(failed)
		}
	}
	text, err := encoded(doc)
	if err == nil {
		err = a.print(a.cleanJSON(text))
	}
	if err != nil || failed == nil {
		return err
	}
	return exit
}

func encoded(object any) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(object)
	return b.String(), err
}

// within writes an object into another: what stands before it comes first, once
// there is something to be written, its lines are moved in, and its last line is
// not ended.
type within struct {
	to     io.Writer
	before string
	begun  bool
	ended  bool // the end of a line is still to be written
}

func (w *within) Write(text []byte) (int, error) {
	out := string(text)
	if w.ended {
		out = "\n" + out
	}
	out, w.ended = strings.CutSuffix(out, "\n")
	out = strings.ReplaceAll(out, "\n", "\n  ")
	if !w.begun {
		out = w.before + out
	}
	w.begun = true
	if _, err := io.WriteString(w.to, out); err != nil {
		return 0, err
	}
	return len(text), nil
}

// failure is what is told in JSON of an error that ended a run.
func (r *rolling) failure(err error) diagnosis.Diagnosis {
	if errors.Is(err, context.Canceled) {
		return r.a.explainClean(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "interrupted"})
	}
	return r.a.explainClean(diagnosis.SymptomOf(err))
}
