package wizard

import (
	"maps"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// both stands between the values of two choices that are one for the admin:
// external+testing.
const both = "+"

// together makes one question of two choices that belong together: internal;
// external, published; external, testing.
func together(w *words.Words, questions []playbook.QuestionState) []playbook.QuestionState {
	var list []playbook.QuestionState
	var joined []string
	for _, q := range questions {
		if slices.Contains(joined, q.Key) {
			continue
		}
		if q.Then != nil {
			joined = append(joined, q.Then.Key)
			q = join(w, q)
		}
		list = append(list, q)
	}
	return list
}

func join(w *words.Words, q playbook.QuestionState) playbook.QuestionState {
	var choices []playbook.Choice
	for _, first := range q.Choices {
		if !slices.Contains(q.Then.When[q.Key], first.Value) {
			choices = append(choices, first)
			continue
		}
		for _, second := range q.Then.Choices {
			choices = append(choices, playbook.Choice{Value: first.Value + both + second.Value, Help: second.Help,
				Label: w.Say("wizard.both", "first", first.Label, "second", second.Label)})
		}
	}
	value := q.Value + both + q.Then.Value
	if slices.ContainsFunc(choices, func(c playbook.Choice) bool { return c.Value == value }) {
		q.Value = value
	}
	q.Choices = choices
	return q
}

// acceptBoth is accept for a question that join made.
func (w *Wizard) acceptBoth(q playbook.QuestionState, typed string) (playbook.Answers, error) {
	first, second, _ := strings.Cut(typed, both)
	question := q.Question
	question.Choices = nil
	for _, choice := range q.Choices { // as they were before they were joined
		choice.Value, _, _ = strings.Cut(choice.Value, both)
		question.Choices = append(question.Choices, choice)
	}
	answers, err := w.Accept(question, first)
	if err != nil || second == "" {
		return answers, err
	}
	more, err := w.Accept(q.Then.Question, second)
	if err != nil {
		return nil, err
	}
	maps.Copy(answers, more)
	return answers, nil
}

// narrowest is the least room for consequences beside a choice, in columns.
const narrowest = 24

// options are the lines of a choice: its name and, beside it, its consequences.
func (f *field) options() []string {
	column := 0
	for _, choice := range f.q.Choices {
		column = max(column, lipgloss.Width(choice.Label))
	}
	const cursor, gap = 2, 2
	room := f.w.pen.columns() - cursor - column - gap
	if room < narrowest {
		f.beside = false
	}
	lines := make([]string, 0, len(f.q.Choices))
	for _, choice := range f.q.Choices {
		line := choice.Label
		if f.q.Key == ownQuestion { // a long list of long names
			line = middle(line, f.w.pen.columns()-cursor)
		}
		if f.beside && choice.Help != "" {
			line += strings.Repeat(" ", column-lipgloss.Width(line)+gap) +
				strings.ReplaceAll(wrap(choice.Help, room), "\n", "\n"+strings.Repeat(" ", column+gap))
		}
		lines = append(lines, line)
	}
	return lines
}

// advice is the consequences of the choice under the cursor, if they do not
// stand beside it: always as many lines as those of the longest.
func (f *field) advice(hovered string) string {
	if f.beside || f.q.Kind != playbook.KindChoice {
		return ""
	}
	text, lines := "", 0
	for _, choice := range f.q.Choices {
		if choice.Help == "" {
			continue
		}
		help := "  " + strings.ReplaceAll(wrap(choice.Help, f.w.pen.columns()-2), "\n", "\n  ")
		lines = max(lines, strings.Count(help, "\n")+1)
		if choice.Value == hovered {
			text = help
		}
	}
	if lines == 0 {
		return ""
	}
	return text + strings.Repeat("\n", lines-1-strings.Count(text, "\n"))
}
