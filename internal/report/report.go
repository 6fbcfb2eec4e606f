// Package report turns findings into ink: for a person, for a program, for a CI
// server. It looks at nothing and decides nothing but the exit code.
//
// A failure never stands without its cause and what mends it; the servers'
// words are quoted as they are, but for what would steer a terminal. Everything
// written says the same with and without colour.
package report

import (
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// Explain makes a diagnosis of a symptom.
type Explain = func(*diagnosis.Symptom) diagnosis.Diagnosis

// Options are what writing for a person depends on.
type Options struct {
	Words   *words.Words
	Explain Explain
	Width   int  // columns; 0: lines are not broken
	Color   bool // otherwise plain text
	Now     time.Time
}

// strictExit is what a warning costs under --strict.
const strictExit = 3

// Exit gives the exit code of a whole run. Of several failures the one that
// needs a person comes first: 4, 3, then what is wrong on this machine, 2 and
// 1, and 5 last, since trying later mends none of the others. Warnings alone
// give 0, or 3 if strict.
func Exit(boxes []finding.Mailbox, explain Explain, strict bool) int {
	code := 0
	for _, box := range boxes {
		code = graver(code, exitOf(box, explain))
		if strict && status(box) == finding.Warn {
			code = graver(code, strictExit)
		}
	}
	return code
}

// exitOf is the exit code of one mailbox, warnings aside.
func exitOf(box finding.Mailbox, explain Explain) int {
	code := 0
	for _, f := range box.Findings {
		if f.Status == finding.Fail {
			code = graver(code, diagnose(f, explain).Exit)
		}
	}
	return code
}

// graver gives the one of two exit codes that comes first.
func graver(a, b int) int {
	for _, code := range []int{4, 3, 2, 1, 5} {
		if a == code || b == code {
			return code
		}
	}
	return max(a, b)
}

// status of a mailbox is its worst; it is skipped if all was skipped.
func status(box finding.Mailbox) finding.Status {
	worst := finding.Skip
	for _, f := range box.Findings {
		worst = worse(worst, f.Status)
	}
	return worst
}

func worse(a, b finding.Status) finding.Status {
	for _, s := range []finding.Status{finding.Fail, finding.Warn, finding.Pass} {
		if a == s || b == s {
			return s
		}
	}
	return finding.Skip
}

// diagnose explains a finding that failed or warns. A failure without a symptom
// is a fault of ours, and is told as one.
func diagnose(f finding.Finding, explain Explain) diagnosis.Diagnosis {
	if f.Symptom == nil {
		return explain(&diagnosis.Symptom{Where: diagnosis.AtBug, Code: "no-symptom",
			Facts: map[string]string{"check": f.ID}})
	}
	return explain(f.Symptom)
}
