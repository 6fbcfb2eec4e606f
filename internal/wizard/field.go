package wizard

import (
	"errors"
	"strings"

	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"gmailoauth/internal/playbook"
)

// What the one field of a step without questions may hold.
const (
	valueDone  = "done"
	valueLater = "later"
)

// field is a question as a field of the form, with what was typed so far.
type field struct {
	q      playbook.QuestionState
	person bool // not a question: was the step carried out?
	w      *Wizard
	text   string
	yes    bool
}

// fields makes the fields of a view; a step without questions asks whether it
// was carried out.
func (f *rich) fields(view playbook.View) []*field {
	if len(view.Questions) == 0 {
		return []*field{{person: true, w: f.Wizard, text: valueDone}}
	}
	fields := make([]*field, 0, len(view.Questions))
	for _, q := range view.Questions {
		fields = append(fields, &field{q: q, w: f.Wizard, text: q.Value, yes: q.Value == "yes"})
	}
	return fields
}

// typing reports whether keys are letters here.
func (f *field) typing() bool {
	return !f.person && f.q.Kind != playbook.KindChoice && f.q.Kind != playbook.KindConfirm
}

func (f *field) value() string {
	if f.q.Kind == playbook.KindConfirm {
		if f.yes {
			return "yes"
		}
		return "no"
	}
	return strings.TrimSpace(f.text)
}

func (f *field) label() string {
	if f.text == valueDone {
		return f.w.Words.Say("wizard.done")
	}
	return f.w.Words.Say("wizard.later")
}

// shown is what may stay on the screen of an answer.
func (f *field) shown(answers playbook.Answers) string {
	switch {
	case f.q.Secret || f.q.Kind == playbook.KindSecret:
		return "••••••••"
	case f.q.Kind == playbook.KindConfirm:
		return f.w.Words.Say("wizard." + f.value() + "-word")
	case f.q.Kind == playbook.KindChoice:
		for _, choice := range f.q.Choices {
			if choice.Value == f.value() {
				return choice.Label
			}
		}
	}
	return strings.Join(answers[f.q.Key].Values, ", ")
}

// check is the field's validation, told in one line.
func (f *field) check(string) error {
	if _, err := f.w.accept(f.q, f.value()); err != nil {
		return errors.New(f.w.oneLine(err))
	}
	return nil
}

// widget is the field as huh draws it.
func (f *field) widget() huh.Field {
	switch {
	case f.person:
		return huh.NewSelect[string]().Options(
			huh.NewOption(f.w.Words.Say("wizard.done"), valueDone),
			huh.NewOption(f.w.Words.Say("wizard.later"), valueLater)).Value(&f.text)
	case f.q.Kind == playbook.KindChoice:
		options := make([]huh.Option[string], 0, len(f.q.Choices))
		for _, choice := range f.q.Choices {
			label := choice.Label
			if choice.Help != "" {
				label += "\n" + f.indented(choice.Help)
			}
			options = append(options, huh.NewOption(label, choice.Value))
		}
		return huh.NewSelect[string]().Title(f.q.Label).Options(options...).Value(&f.text)
	case f.q.Kind == playbook.KindConfirm:
		return huh.NewConfirm().Title(f.q.Label).Description(f.q.Help).
			Affirmative(f.w.Words.Say("wizard.yes-word")).Negative(f.w.Words.Say("wizard.no-word")).Value(&f.yes)
	}
	input := huh.NewInput().Title(f.q.Label).Description(f.q.Help).Value(&f.text).Validate(func(typed string) error {
		f.text = typed
		return f.check(typed)
	})
	if f.q.Secret || f.q.Kind == playbook.KindSecret {
		input = input.EchoMode(huh.EchoModePassword)
	}
	return input
}

// indented wraps the consequences of a choice below its name: by two columns,
// and two more that the form puts before both.
func (f *field) indented(text string) string {
	lines := strings.Split(lipgloss.Wrap(text, max(10, f.w.pen.columns()-4), ""), "\n")
	for i := range lines {
		lines[i] = "  " + strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
