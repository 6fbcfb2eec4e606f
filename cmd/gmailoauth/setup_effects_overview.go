package main

import (
	"slices"
	"strings"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/wizard"
)

// overview ends a walk with what was seen, what was only said, and what nobody
// could tell: three different marks.
func (w *walking) overview(face *wizard.Wizard, result setup.Result) {
	book, err := w.load(result.Answers.Get("target"))
	if err != nil {
		return // the walk has said it
	}
	stages := map[playbook.Status][]string{}
	for _, step := range book.Resolve(book.Complete(result.Answers), result.Marks) {
		if step.Status == playbook.Acknowledged && len(step.Instructions) == 0 {
			continue // nothing was to be done: verification that nobody needs
		}
		if !slices.Contains(stages[step.Status], step.Stage) {
			stages[step.Status] = append(stages[step.Status], step.Stage)
		}
	}
	words := w.app.words()
	notes := []playbook.Note{{Mark: playbook.Neutral, Text: words.Say("effects.overview")}}
	line := func(mark playbook.Mark, id string, list []string) {
		if len(list) > 0 {
			notes = append(notes, playbook.Note{Mark: mark, Text: words.Count("effects.overview-"+id, len(list), "steps", strings.Join(list, ", "))})
		}
	}
	line(playbook.Good, "seen", stages[playbook.Done])
	line(playbook.Said, "said", stages[playbook.Acknowledged])
	line(playbook.Heed, "open", stages[playbook.Open])
	line(playbook.Unsure, "unknown", w.unknown)
	face.Tell(notes)
}

// switches tells of the mail switches from the servers' own words, where the
// walk has a step for them: whoever is let in knows that they are on.
func (w *walking) switches(target string, boxes []finding.Mailbox) setup.Outcome {
	var out setup.Outcome
	book, err := w.app.playbook(target)
	if err != nil || !slices.ContainsFunc(book.Steps, func(s playbook.Step) bool { return s.ID == "workspace" }) {
		return out
	}
	say := w.app.words().Say
	proven := false
	for _, protocol := range []string{"imap", "pop3"} {
		asked, let := 0, 0
		for _, box := range boxes {
			for _, f := range box.Findings {
				if f.ID == protocol+".auth" && f.Status != finding.Skip {
					asked++
					if f.Status == finding.Pass {
						let++
					}
				}
			}
		}
		if asked > 0 && asked == let {
			proven = true
			out.Notes = append(out.Notes, playbook.Note{Mark: playbook.Good, Label: say("effects.switches"), Text: say("effects.switch-" + protocol)})
		}
	}
	if proven {
		out.Marks = playbook.Marks{"workspace": playbook.Done}
	}
	return out
}
