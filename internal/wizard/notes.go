package wizard

import (
	"strings"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/playbook"
)

// passed tells a settled step: with its answers, if it has some.
func (p *pen) passed(step playbook.StepState) {
	line := func(mark, id string, pairs ...any) {
		first := " " + mark + " "
		if p.aloud {
			first = ""
		}
		p.paragraph(first, lipgloss.Width(first), p.words.Say("wizard."+id, append(pairs, "stage", step.Stage)...), same)
	}
	var values []string
	for _, q := range step.Questions {
		if q.Value == "" || q.Secret || q.Key == playbook.AckKey(step.ID) {
			continue
		}
		value := q.Value
		for _, choice := range q.Choices {
			if choice.Value == q.Value {
				value = choice.Label
			}
		}
		values = append(values, value)
	}
	switch {
	case len(values) > 0 && step.Status == playbook.Acknowledged:
		line(markSaid, "settled", "value", strings.Join(values, ", "))
	case len(values) > 0:
		line(markSeen, "settled", "value", strings.Join(values, ", "))
	case step.Status == playbook.Acknowledged:
		line(markSaid, "acknowledged")
	case step.Status == playbook.Done:
		line(markSeen, "settled-bare")
	}
}

func (p *pen) notes(notes []playbook.Note) {
	if p.aloud {
		p.notesAloud(notes)
		return
	}
	column := 0
	for _, note := range notes {
		if note.Text != "" && note.Mark != playbook.Verbatim {
			column = max(column, lipgloss.Width(note.Label))
		}
	}
	for _, note := range notes {
		if note.Mark == playbook.Verbatim {
			p.printf("      %s\n", p.accent(note.Text))
			continue
		}
		first := " " + p.sign(note.Mark) + " "
		if column > 0 && note.Label != "" {
			first += note.Label + strings.Repeat(" ", max(0, column-lipgloss.Width(note.Label))+3)
		}
		text := note.Text
		if text == "" {
			first, text = " "+p.sign(note.Mark)+" ", note.Label
		}
		p.paragraph(first, lipgloss.Width(first), text, same)
	}
}

// notesAloud are notes as sentences: word for the mark, label, text.
func (p *pen) notesAloud(notes []playbook.Note) {
	ids := map[playbook.Mark]string{playbook.Good: "mark-good", playbook.Bad: "mark-bad", playbook.Heed: "mark-heed", playbook.Said: "mark-said", playbook.Unsure: "mark-unknown"}
	for _, note := range notes {
		sentence := note.Text
		before := []string{note.Label}
		if id := ids[note.Mark]; id != "" {
			before = append(before, p.words.Say("wizard."+id))
		}
		for _, part := range before {
			switch {
			case sentence == "":
				sentence = part
			case part != "":
				sentence = p.words.Colon(part, sentence)
			}
		}
		p.paragraph("", 0, sentence, same)
	}
}

func (p *pen) sign(mark playbook.Mark) string {
	switch mark {
	case playbook.Good:
		return p.sgr("32", markSeen)
	case playbook.Bad:
		return p.sgr("31", markBad)
	case playbook.Heed:
		return p.sgr("33", markHeed)
	case playbook.Said:
		return markSaid
	case playbook.Unsure:
		return markUnsure
	}
	return " "
}
