package main

import (
	"slices"
	"strings"

	"gmailoauth/internal/diagnosis"
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

// switchesStep is the step of what an administrator allows.
const switchesStep = "workspace"

// switches tells of the mail switches from the servers' own words, where the
// walk has a step for them: whoever reads the mailbox knows that they are on, and
// a refusal that the step mends takes back what was said of it.
func (w *walking) switches(target string, boxes []finding.Mailbox) setup.Outcome {
	var out setup.Outcome
	book, err := w.app.playbook(target)
	if err != nil {
		return out
	}
	at := slices.IndexFunc(book.Steps, func(s playbook.Step) bool { return s.ID == switchesStep })
	if at < 0 {
		return out
	}
	say := w.app.words().Say
	note := func(mark playbook.Mark, text string) {
		out.Notes = append(out.Notes, playbook.Note{Mark: mark, Label: say("effects.switches"), Text: w.app.hide.Clean(text)})
	}
	on, off := false, false
	for _, protocol := range []string{"imap", "pop3"} {
		switch read, refusal := w.switchOf(protocol, boxes); {
		case refusal != nil:
			off = true
			note(playbook.Heed, say("effects.switch-off", "words", refusal.Error, "stage", book.Steps[at].Stage))
		case read:
			on = true
			note(playbook.Good, say("effects.switch-"+protocol))
		}
	}
	switch {
	case off:
		out.Marks = playbook.Marks{switchesStep: playbook.Open}
		out.Answers = playbook.Answers{playbook.AckKey(switchesStep): playbook.Answer{}}
	case on:
		out.Marks = playbook.Marks{switchesStep: playbook.Done}
	}
	return out
}

// switchOf tells what the proof shows of one protocol: whether each mailbox was
// read, and the first refusal that an administrator's switch explains. POP3 lets
// one in and refuses afterwards, so the login alone shows nothing.
func (w *walking) switchOf(protocol string, boxes []finding.Mailbox) (read bool, refusal *diagnosis.Diagnosis) {
	failed := false
	for _, box := range boxes {
		for _, f := range box.Findings {
			switch {
			case strings.HasPrefix(f.ID, protocol+".") && f.Status == finding.Fail && f.Symptom != nil:
				failed = true
				if d := w.app.explain(f.Symptom); refusal == nil && playbook.StepOf(d.Name) == switchesStep {
					refusal = &d
				}
			case f.ID == protocol+".mailbox" && f.Status == finding.Pass:
				read = true
			}
		}
	}
	return read && !failed, refusal
}
