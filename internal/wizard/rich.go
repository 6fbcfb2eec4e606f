package wizard

import (
	"context"
	"errors"
	"maps"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"gmailoauth/internal/playbook"
)

// rich is the face of a form that is redrawn.
type rich struct{ *Wizard }

// head is where one is: program, what is being connected, number, overview,
// title; and why, if wanted.
func (f *rich) head(view playbook.View, why bool) string {
	return f.pen.drawn(func(p *pen) {
		at, of := view.Number()
		left, right := f.Words.Say("wizard.program"), f.Words.Say("wizard.of", "at", at, "of", of)
		room := p.columns() - lipgloss.Width(right) - 2
		if whole := left + "   " + view.Heading; view.Heading != "" {
			if left = whole; lipgloss.Width(whole) > room {
				left = view.Heading
			}
		}
		left = cut(left, room)
		p.printf("%s%s%s\n", p.bold(left), strings.Repeat(" ", max(2, room+2-lipgloss.Width(left))), right)
		p.overview(view)
		p.printf("\n")
		p.paragraph("", 0, view.Step.Title, p.bold)
		if why && view.Step.Why != "" {
			p.paragraph("", 0, view.Step.Why, same)
		}
	})
}

func (f *rich) show(view playbook.View) {
	f.pen.printf("\n%s", f.head(view, true))
	f.pen.instructions(view.Step)
}

// ask goes through the pages of a step; the last one has its questions.
func (f *rich) ask(ctx context.Context, view playbook.View) (playbook.Reply, error) {
	fields := f.fields(view)
	pages := f.pages(view, fields)
	last := len(pages) - 1
	between := "\n"
	for i := 0; ; {
		f.pen.printf("%s%s", between, pages[i].text)
		between = "" // the form has left a line
		shown := view
		shown.First = view.First && i == 0
		how, err := f.until(ctx, shown, pages[i].values, pages[i].fields)
		switch {
		case err != nil:
			return playbook.Reply{}, err
		case how == endBack && i > 0:
			i--
			continue
		case how == endBack:
			return playbook.Reply{Move: playbook.Back}, nil
		case !f.taken(fields) && i < last:
			i++
			continue
		}
		reply, err := f.reply(view, fields)
		if err == nil {
			return reply, nil
		}
		between = "\n"
		f.pen.paragraph("  ", 2, f.oneLine(err), same) // what was accepted a moment ago is not any more: a file went away
	}
}

func (f *rich) form(ctx context.Context, view playbook.View) (playbook.Reply, error) {
	fields := f.fields(view)
	how, err := f.until(ctx, view, nil, fields)
	if err != nil || how == endBack {
		return playbook.Reply{Move: playbook.Back}, err
	}
	return f.reply(view, fields)
}

// until runs a form until it ends with endForward or endBack. "More" ends it,
// prints, and runs it again as it stood, below its head.
func (f *rich) until(ctx context.Context, view playbook.View, values []string, fields []*field) (end, error) {
	for {
		f.pen.printf("\n")
		stage := newStage(ctx, f.Wizard, view, values, fields)
		if err := f.run(ctx, stage); err != nil {
			return stage.end, err
		}
		switch stage.end {
		case endMore:
			f.more(view.Step, "")
			f.pen.printf("\n%s", f.head(view, false))
		case endFound:
			taken, err := f.take(ctx, view, stage)
			if err != nil || taken {
				return endForward, err
			}
		case endLeave:
			return stage.end, context.Canceled
		default:
			return stage.end, nil
		}
	}
}

// run draws the stage on Err until it ends. The end of ctx ends it as a key
// would: a program that is killed leaves its drawing, and a reader, behind.
func (f *rich) run(ctx context.Context, s *stage) error {
	err := f.program(ctx, s, s.erased)
	s.unwatch()
	if err == nil && s.end == endNone { // the terminal went away
		return errEnded()
	}
	return err
}

// program is run of any model.
func (f *rich) program(ctx context.Context, model tea.Model, erased func() string) error {
	profile := colorprofile.ANSI
	if !f.pen.color {
		profile = colorprofile.Ascii
	}
	program := tea.NewProgram(model, tea.WithInput(f.Terminal.In), tea.WithOutput(f.Terminal.Err),
		tea.WithColorProfile(profile), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, func() { program.Send(leaveMsg{}) })()
	if s, ok := model.(*stage); ok {
		s.begin(program.Send)
	}
	_, err := program.Run()
	f.pen.printf("%s", erased())
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, tea.ErrInterrupted):
		return context.Canceled
	}
	return err
}

// reply reads the fields, and leaves one line of each answer on the screen.
func (f *rich) reply(view playbook.View, fields []*field) (playbook.Reply, error) {
	reply := playbook.Reply{Move: playbook.Forward, Answers: playbook.Answers{}, Acknowledged: view.Step.Person}
	for _, field := range fields {
		if field.person {
			reply.Acknowledged = field.text == valueDone
			f.record(reply.Acknowledged, field.label(), "")
			continue
		}
		answers, err := f.accept(field.q, field.value())
		if err != nil {
			return reply, err
		}
		maps.Copy(reply.Answers, answers)
		f.record(true, field.q.Label, field.shown(answers))
	}
	return reply, nil
}

func (f *rich) record(done bool, label, value string) {
	mark := f.pen.sgr("32", markSeen)
	if !done {
		mark = markOpen
	}
	if value == "" {
		f.pen.printf("%s %s\n", mark, label)
		return
	}
	if lipgloss.Width(label)+lipgloss.Width(value)+4 > f.pen.columns() { // below, so that no word is broken
		f.pen.printf("%s %s\n", mark, label)
		f.pen.paragraph("  ", 2, value, f.pen.bold)
		return
	}
	f.pen.paragraph(mark+" "+label+"  ", 2, value, f.pen.bold)
}
