package wizard

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"gmailoauth/internal/playbook"
)

// plain is the face of lines: each question is printed, each answer is a line.
// An answer that will not do is told and asked again; b goes back, ? tells more.
type plain struct {
	*Wizard
	lines *lines
}

// errBack is the admin's wish to go back.
var errBack = errors.New("back")

func (f *plain) show(view playbook.View) {
	at, of := view.Number()
	f.pen.printf("\n")
	f.pen.paragraph("", 0, f.Words.Say("wizard.step", "at", at, "of", of, "stage", view.Step.Stage, "title", view.Step.Title), same)
	if view.Step.Why != "" {
		f.pen.paragraph("", 0, view.Step.Why, same)
	}
	if view.First {
		f.pen.printf("%s\n", f.Words.Say("wizard.plain-keys"))
	}
	f.pen.instructions(view.Step)
}

func (f *plain) ask(ctx context.Context, view playbook.View) (playbook.Reply, error) {
	if !view.Further {
		f.show(view)
	} else {
		f.pen.instructions(view.Step)
	}
	return f.form(ctx, view)
}

func (f *plain) form(ctx context.Context, view playbook.View) (playbook.Reply, error) {
	reply := playbook.Reply{Move: playbook.Forward, Answers: playbook.Answers{}}
	if len(view.Questions) == 0 {
		done, err := f.person(ctx, view)
		if errors.Is(err, errBack) {
			return playbook.Reply{Move: playbook.Back}, nil
		}
		reply.Acknowledged = done
		return reply, err
	}
	for _, q := range together(f.Words, view.Questions) {
		answers, err := f.question(ctx, view, q)
		if errors.Is(err, errBack) {
			return playbook.Reply{Move: playbook.Back}, nil
		}
		if err != nil {
			return reply, err
		}
		maps.Copy(reply.Answers, answers)
	}
	reply.Acknowledged = view.Step.Person
	return reply, nil
}

// person asks whether a step was carried out.
func (f *plain) person(ctx context.Context, view playbook.View) (bool, error) {
	for {
		f.pen.printf("\n%s", f.Words.Say("wizard.plain-person"))
		typed, err := f.typed(ctx, view, "")
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil {
			return false, err
		}
		switch strings.ToLower(typed) {
		case "":
			return true, nil
		case "l":
			return false, nil
		}
	}
}

// question asks one question until its answer will do.
func (f *plain) question(ctx context.Context, view playbook.View, q playbook.QuestionState) (playbook.Answers, error) {
	f.pen.printf("\n")
	switch q.Kind {
	case playbook.KindChoice:
		f.choices(q)
	case playbook.KindConfirm:
	default:
		if q.Help != "" {
			f.pen.paragraph("", 0, f.Words.Say("wizard.plain-help", "label", q.Label, "help", q.Help), same)
		}
		if q.Example != "" && q.Value == "" {
			f.pen.paragraph("", 0, f.Words.Say("wizard.example", "example", q.Example), same)
		}
	}
	if f.watched != nil && q.Kind == playbook.KindFile {
		f.pen.paragraph("", 0, f.Words.Say("wizard.watching-plain", "where", f.watched.Where), same)
	}
	for {
		var typed string
		var err error
		if q.Secret || q.Kind == playbook.KindSecret {
			typed, err = f.hidden(ctx, func() { f.pen.printf("%s", f.prompt(q)) })
		} else {
			f.pen.printf("%s", f.prompt(q))
			if typed, err = f.typedOrFound(ctx, view, q); err == nil && typed == "" {
				typed, err = f.typed(ctx, view, q.Help)
			}
		}
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil {
			return nil, err
		}
		value, problem := f.value(q, typed)
		if problem == "" {
			answers, err := f.accept(q, value)
			if err == nil {
				return answers, nil
			}
			problem = f.oneLine(err)
		}
		f.pen.paragraph("  ", 2, problem, same)
	}
}

func (f *plain) choices(q playbook.QuestionState) {
	if q.Label != "" {
		f.pen.paragraph("", 0, q.Label, same)
	}
	for i, choice := range q.Choices {
		first := "  " + strconv.Itoa(i+1) + ". "
		text := choice.Label
		if choice.Help != "" {
			text = f.Words.Colon(text, choice.Help)
		}
		f.pen.paragraph(first, len(first), text, same)
	}
}

// prompt ends without a line end: the answer follows it.
func (f *plain) prompt(q playbook.QuestionState) string {
	say := func(id string, pairs ...any) string {
		sentence := f.Words.Say("wizard."+id, append(pairs, "label", q.Label, "n", len(q.Choices))...)
		return strings.TrimRight(sentence, " ") + " "
	}
	switch {
	case q.Kind == playbook.KindChoice:
		for i, choice := range q.Choices {
			if choice.Value == q.Value {
				return say("plain-choose-default", "default", i+1)
			}
		}
		return say("plain-choose")
	case q.Kind == playbook.KindConfirm:
		return say("plain-confirm", "default", f.Words.Say("wizard."+yesNo(q.Value)+"-word"))
	case q.Secret || q.Kind == playbook.KindSecret:
		return say("plain-secret")
	case q.Value != "":
		return say("plain-text-default", "default", q.Value)
	}
	return say("plain-text")
}

func yesNo(value string) string {
	if value == "yes" {
		return "yes"
	}
	return "no"
}
