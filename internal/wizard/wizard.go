// Package wizard puts the steps of a walk before a person at a terminal. It has
// two faces with the same words: a redrawn form, and plain lines for screen
// readers and simple terminals.
//
// Rules. One form for each step; which questions there are is the playbook's
// business, never a form's. A step's text is printed and stays in the
// scrollback, only the form below it is redrawn, so that nothing is lost on a
// small screen and every value can be copied; no address is ever broken. What
// is asked stands on the screen together with where one is: a text that is too
// long for that comes page by page. All drawing goes to the
// terminal's Err. It is the only room that knows huh.
package wizard

import (
	"context"
	"errors"
	"slices"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/words"
)

// Options are what a wizard needs of the world.
type Options struct {
	Terminal *terminal.Terminal
	Words    *words.Words
	// Accept turns what was typed into answers, or says why it cannot: a value
	// checked and tidied, or all that a file holds. It is called while one types.
	Accept func(q playbook.Question, typed string) (playbook.Answers, error)
	// Line tells an error in one line, Explain in all four.
	Line    func(error) string
	Explain func(error) string
	// Open shows a page in the browser.
	Open func(ctx context.Context, address string) error
	Now  func() time.Time
}

// Wizard asks a person. One goroutine may use it.
type Wizard struct {
	Options
	face face
	pen  *pen
}

// face is how the wizard looks.
type face interface {
	// show prints the text of a step.
	show(view playbook.View)
	// ask prints the text of a step, as far as it is not on the screen, and asks.
	ask(ctx context.Context, view playbook.View) (playbook.Reply, error)
	// form asks the questions of a view, and prints nothing else.
	form(ctx context.Context, view playbook.View) (playbook.Reply, error)
}

// New gives a wizard with the face that the terminal allows.
func New(options Options) *Wizard {
	w := &Wizard{Options: options, pen: newPen(options.Terminal, options.Words)}
	if options.Terminal.Rich {
		w.face = &rich{w}
	} else {
		w.face = &plain{Wizard: w, lines: newLines(options.Terminal.In)}
	}
	return w
}

// Begin has nothing to refuse: what is missing will be asked.
func (w *Wizard) Begin(context.Context, []playbook.Question) error { return nil }

// Ask shows a step, asks its questions, and blocks until the admin moves.
// Ctrl-C gives context.Canceled; the end of the input, which nobody can answer
// any more, a Symptom.
func (w *Wizard) Ask(ctx context.Context, view playbook.View) (playbook.Reply, error) {
	if view.Further && len(view.Questions) > 0 { // it is not done with that
		view.Step.Sees = ""
	}
	return w.face.ask(ctx, view)
}

// Show prints a step.
func (w *Wizard) Show(view playbook.View) {
	w.face.show(view)
	if len(view.Step.Instructions) > 0 { // what is done now has its own words
		w.pen.printf("\n")
	}
}

// Passed tells in one line that a step needs nothing.
func (w *Wizard) Passed(view playbook.View) { w.pen.passed(view.Step) }

// Tell prints notes, their labels in a column.
func (w *Wizard) Tell(notes []playbook.Note) { w.pen.notes(notes) }

// Say prints a sentence, broken between words.
func (w *Wizard) Say(text string) { w.pen.paragraph("", 0, text, same) }

// Refused tells why an action failed and asks what to do.
func (w *Wizard) Refused(ctx context.Context, view playbook.View, refusal error) (playbook.Move, error) {
	w.pen.printf("\n%s\n", w.Explain(refusal))
	choice := func(move playbook.Move, id string) playbook.Choice {
		return playbook.Choice{Value: string(move), Label: w.Words.Say("wizard." + id)}
	}
	question := playbook.Question{Key: "refused", Kind: playbook.KindChoice, Required: true,
		Label:   w.Words.Say("wizard.refused"),
		Choices: []playbook.Choice{choice(playbook.Retry, "retry"), choice(playbook.Back, "back"), choice(playbook.Leave, "leave")}}
	if len(view.Step.Auto) > 0 {
		question.Choices = slices.Insert(question.Choices, 1, choice(playbook.ByHand, "by-hand"))
	}
	view.Further, view.First = true, false
	view.Questions = []playbook.QuestionState{{Question: question, Pending: true, Value: string(playbook.Retry)}}
	reply, err := w.face.form(ctx, view)
	if err != nil {
		return playbook.Leave, err
	}
	if reply.Move == playbook.Back {
		return playbook.Back, nil
	}
	return playbook.Move(reply.Answers.Get("refused")), nil
}

// errEnded is the end of the input, while an answer is waited for.
func errEnded() error {
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "input-ended"}
}

// accept is Accept, but for the wizard's own questions and for silence.
func (w *Wizard) accept(q playbook.QuestionState, typed string) (playbook.Answers, error) {
	if q.Key == "refused" {
		return playbook.Answers{q.Key: {Values: []string{typed}, From: playbook.FromAdmin}}, nil
	}
	if typed == "" {
		if q.Pending {
			return nil, errors.New(w.Words.Say("wizard.needed"))
		}
		return nil, nil
	}
	if q.Then != nil {
		return w.acceptBoth(q, typed)
	}
	return w.Accept(q.Question, typed)
}

// oneLine tells an error below a field: a diagnosis's first line, or the error.
func (w *Wizard) oneLine(err error) string {
	if _, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		return w.Line(err)
	}
	return err.Error()
}
