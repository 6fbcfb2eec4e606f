package wizard

import (
	"strings"

	"gmailoauth/internal/playbook"
)

// more is the longer explanation of a step: what there is to know, how we see
// that it was done, and what may go wrong. before, if not empty, is said first.
func (w *Wizard) more(step playbook.StepState, before string) {
	var parts []string
	for _, part := range []string{before, step.More} {
		if part != "" {
			parts = append(parts, strings.Split(part, "\n\n")...)
		}
	}
	if step.Checks != "" {
		parts = append(parts, w.Words.Say("wizard.checks", "checks", step.Checks))
	}
	if len(parts) == 0 {
		parts = []string{w.Words.Say("wizard.no-more")}
	}
	for _, part := range parts {
		w.pen.paragraph("  ", 2, part, same)
	}
	if len(step.Pitfalls) == 0 || w.Pitfall == nil {
		return
	}
	w.pen.paragraph("  ", 2, w.Words.Say("wizard.pitfalls"), same)
	for _, name := range step.Pitfalls {
		w.pen.paragraph("  - ", 4, w.Pitfall(name)+" ("+name+")", same)
	}
}
