package main

import (
	"cmp"

	"github.com/spf13/cobra"

	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
)

// dryRun shows the plan and what would be made at Google, asks nobody, and
// touches neither network nor disk. What is missing ends it as it would end
// setup --no-input.
func (a *app) dryRun(cmd *cobra.Command, flags *walkFlags) error {
	answers, marks, err := a.answers(cmd, flags)
	if err != nil {
		return err
	}
	book, err := a.playbook(answers.Get("target"))
	if err != nil {
		return err
	}
	complete := book.Complete(answers)
	steps := book.Resolve(complete, marks)
	if flags.sandbox {
		suppliedBySandbox(steps)
	}
	if err := a.writePlan(steps); err != nil {
		return err
	}
	if err := a.print(a.hide.Clean(a.wouldMake(complete))); err != nil {
		return err
	}
	var missing []playbook.Question
	for _, step := range steps {
		for _, q := range step.Questions {
			if q.Pending {
				missing = append(missing, q.Question)
			}
		}
	}
	return setup.MissingAnswers(missing)
}

// wouldMake says what automation would make.
func (a *app) wouldMake(answers playbook.Answers) string {
	say := a.words().Say
	text := "\n" + say("cloud.dry-run") + "\n"
	if by := answers.Get("console_by"); by == "by-hand" || by == "" {
		return text + say("cloud.dry-by-hand") + "\n"
	}
	where := say("cloud.dry-where")
	for _, kind := range []string{"organization", "folder"} {
		if number := answers.Get(kind); number != "" {
			where = say("cloud."+kind, "number", number)
		}
	}
	id := cmp.Or(answers.Get("project"), say("cloud.dry-no-project"))
	text += say("cloud.dry-project", "project", id, "name", cmp.Or(answers.Get("project_name"), id), "where", where) + "\n"
	return text + say("cloud.dry-service", "project", id, "service", google.Known().Services["gmail"].Value) + "\n"
}
