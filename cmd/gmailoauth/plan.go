package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/playbook"
)

func (a *app) planCommand() *cobra.Command {
	var w walkFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what setup would ask and do, and what is still open",
		Long: `Plan lists every step of setup in order: what it asks, the flag that answers
each question, and what is still open with the answers given so far. It takes
the same flags as setup and touches nothing: it knows what is given now, not
what setup kept of an earlier walk. --format json is meant for programs that
put setup's questions to somebody themselves; docs/embedding.md tells how.`,
		Example: `  gmailoauth plan --target dynamics365
  gmailoauth plan --target nocobase --set base_url=https://office.example.com --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf(a.flags.format, "text", "json"); err != nil {
				return err
			}
			answers, marks, err := a.answers(cmd, &w)
			if err != nil {
				return err
			}
			book, err := a.playbook(answers.Get("target"))
			if err != nil {
				return err
			}
			steps := book.Resolve(answers, marks)
			if w.sandbox {
				suppliedBySandbox(steps)
			}
			if a.flags.format == "json" {
				return writeJSON(a.term.Out, planJSON(steps, a.words()))
			}
			return a.writePlan(steps)
		},
	}
	w.add(cmd)
	cmd.Flags().StringVar(&a.flags.format, "format", "text", "text or json")
	return cmd
}

// suppliedBySandbox settles the questions that the look-alike answers: all but
// the target's own variables.
func suppliedBySandbox(steps []playbook.StepState) {
	for _, step := range steps {
		for i := range step.Questions {
			q := &step.Questions[i]
			q.Pending = q.Pending && strings.HasPrefix(q.Flag, "--set ")
		}
	}
}

// planMarks are the signs of the overview: seen by us, said to be done, to come.
func planMarks() map[playbook.Status]string {
	return map[playbook.Status]string{playbook.Done: "✓", playbook.Acknowledged: "◌", playbook.Open: "○", playbook.Skipped: "–"}
}

func (a *app) writePlan(steps []playbook.StepState) error {
	var b strings.Builder
	w, marks, pending := a.words(), planMarks(), 0
	for _, s := range steps {
		status := w.Say("plan." + string(s.Status))
		if s.Reason != "" {
			status = w.Colon(status, s.Reason)
		}
		fmt.Fprintf(&b, "%s %-12s %s\n", marks[s.Status], s.Stage, status)
		if s.Status == playbook.Open && s.URL != "" {
			fmt.Fprintf(&b, "    %s\n", s.URL)
		}
		for _, i := range s.Instructions {
			if s.ID == "target" && i.ID == "register" {
				fmt.Fprintf(&b, "    %s\n      %s\n", i.Text, strings.Join(i.Values, "\n      "))
			}
		}
		for _, q := range s.Questions {
			switch {
			case q.Pending:
				pending++
				fmt.Fprintf(&b, "    %s %-22s %s\n", w.Say("plan.wants"), q.Flag, q.Label)
			case q.Value != "" && q.Value != q.Default:
				fmt.Fprintf(&b, "    %s %-22s %s\n", w.Say("plan.given"), q.Flag, q.Called(q.Value))
			}
		}
	}
	b.WriteString("\n")
	if pending == 0 {
		b.WriteString(w.Say("plan.nothing-pending") + "\n")
	} else {
		b.WriteString(w.Count("plan.pending", pending) + "\n")
	}
	_, err := fmt.Fprint(a.term.Out, a.clean(b.String()))
	return err
}
