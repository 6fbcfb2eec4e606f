package wizard

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"gmailoauth/internal/playbook"
)

// rich is the face of a form that is redrawn.
type rich struct{ *Wizard }

func (f *rich) head(view playbook.View) {
	at, of := view.Number()
	left, right := f.Words.Say("wizard.program"), f.Words.Say("wizard.of", "at", at, "of", of)
	if view.Heading != "" {
		left += "   " + view.Heading
	}
	room := f.pen.columns() - len([]rune(right)) - 2
	left = cut(left, room)
	gap := strings.Repeat(" ", max(2, room+2-len([]rune(left))))
	f.pen.printf("\n%s%s%s\n", f.pen.bold(left), gap, right)
	f.pen.overview(view)
	f.pen.printf("\n")
	f.pen.paragraph("", 0, view.Step.Title, f.pen.bold)
	if view.Step.Why != "" {
		f.pen.paragraph("", 0, view.Step.Why, same)
	}
}

// ask runs one form. "More" ends it, prints, and runs it again as it stood.
func (f *rich) ask(ctx context.Context, view playbook.View) (playbook.Reply, error) {
	fields := f.fields(view)
	for {
		f.pen.printf("\n")
		stage := newStage(ctx, f.Wizard, view, fields)
		if err := f.run(ctx, stage); err != nil {
			return playbook.Reply{}, err
		}
		switch stage.end {
		case endMore:
			f.more(view)
			continue
		case endBack:
			return playbook.Reply{Move: playbook.Back}, nil
		case endLeave:
			return playbook.Reply{}, context.Canceled
		}
		reply, err := f.reply(view, fields)
		if err != nil { // what was accepted a moment ago is not any more: a file went away
			f.pen.paragraph("  ", 2, f.oneLine(err), same)
			continue
		}
		return reply, nil
	}
}

// run draws the stage on Err until it ends. The end of ctx ends it as a key
// would: a program that is killed leaves its drawing, and a reader, behind.
func (f *rich) run(ctx context.Context, s *stage) error {
	profile := colorprofile.ANSI
	if !f.pen.color {
		profile = colorprofile.Ascii
	}
	program := tea.NewProgram(s, tea.WithInput(f.Terminal.In), tea.WithOutput(f.Terminal.Err),
		tea.WithColorProfile(profile), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, func() { program.Send(leaveMsg{}) })()
	_, err := program.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, tea.ErrInterrupted):
		return context.Canceled
	case err != nil:
		return err
	case s.end == endNone: // the terminal went away
		return errEnded()
	}
	return nil
}

func (f *rich) more(view playbook.View) {
	text := view.Step.More
	if text == "" {
		text = f.Words.Say("wizard.no-more")
	}
	f.pen.printf("\n")
	for _, part := range strings.Split(text, "\n\n") {
		f.pen.paragraph("  ", 2, part, same)
	}
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
		for key, answer := range answers {
			reply.Answers[key] = answer
		}
		f.record(true, field.q.Label, field.shown(answers))
	}
	return reply, nil
}

func (f *rich) record(done bool, label, value string) {
	mark := f.pen.sgr("32", markSeen)
	if !done {
		mark = markOpen
	}
	if value != "" {
		label += "  " + value
	}
	f.pen.paragraph(mark+" ", 2, label, f.pen.bold)
}
