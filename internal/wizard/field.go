package wizard

import (
	"errors"
	"strings"

	"charm.land/huh/v2"

	"gmailoauth/internal/playbook"
)

// What the one field of a step without questions may hold.
const (
	valueDone   = "done"
	valueLater  = "later"
	valueOnward = "onward"
)

// field is a question as a field of the form, with what was typed so far.
type field struct {
	q      playbook.QuestionState
	person bool   // not a question: was the step carried out?
	onward string // or the label of what goes on to the next page
	beside bool   // consequences stand beside the choices
	made   huh.Field
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
	for _, q := range together(f.Words, view.Questions) {
		fields = append(fields, &field{q: q, w: f.Wizard, text: q.Value, yes: q.Value == "yes"})
	}
	return fields
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

// belowList is the room that a list leaves for its title, advice and keys, in
// rows.
const belowList = 9

// widget is the field as huh draws it.
func (f *field) widget() huh.Field {
	f.made = f.drawn()
	return f.made
}

func (f *field) drawn() huh.Field {
	switch {
	case f.onward != "":
		return huh.NewSelect[string]().Options(huh.NewOption(f.onward, valueOnward)).Value(&f.text)
	case f.person:
		return huh.NewSelect[string]().Options(
			huh.NewOption(f.w.Words.Say("wizard.done"), valueDone),
			huh.NewOption(f.w.Words.Say("wizard.later"), valueLater)).Value(&f.text)
	case f.q.Kind == playbook.KindChoice:
		options := make([]huh.Option[string], 0, len(f.q.Choices))
		for i, label := range f.options() {
			options = append(options, huh.NewOption(label, f.q.Choices[i].Value))
		}
		list := huh.NewSelect[string]().Title(f.q.Label).Options(options...).Value(&f.text)
		if _, rows := f.w.pen.size(); f.q.Key == ownQuestion && len(options) > rows-belowList {
			list = list.Height(rows - belowList + 1)
		}
		return list
	case f.q.Kind == playbook.KindConfirm:
		return huh.NewConfirm().Title(f.q.Label).Description(f.help()).
			Affirmative(f.w.Words.Say("wizard.yes-word")).Negative(f.w.Words.Say("wizard.no-word")).Value(&f.yes)
	}
	input := huh.NewInput().Title(f.q.Label).Description(f.help()).Value(&f.text).Validate(func(typed string) error {
		f.text = typed
		return f.check(typed)
	})
	if f.q.Example != "" {
		input = input.Placeholder(f.w.Words.Say("wizard.example", "example", f.q.Example))
	}
	if f.q.Secret || f.q.Kind == playbook.KindSecret {
		input = input.EchoMode(huh.EchoModePassword)
	}
	return input
}

// help is broken between words here: a form would break at a dot or a hyphen.
func (f *field) help() string { return wrap(f.q.Help, f.w.pen.columns()) }
