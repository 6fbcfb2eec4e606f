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
	// Pitfall tells what may go wrong in a line, by the name of its diagnosis;
	// nil: nothing is told of it.
	Pitfall func(name string) string
	// Watch watches for what may answer a question, until ctx ends; it may be
	// nil, and so may what it gives.
	Watch func(ctx context.Context, q playbook.Question) *Watching
	// Lines gives the next line of the input, for plain lines, and takes nothing
	// of it when its context ends; nil: In is read.
	Lines func(context.Context) (string, error)
	// Spreads reports whether a refusal may end by itself, so that waiting is
	// offered; it may be nil.
	Spreads func(error) bool
	// Unkept: the place is not kept when one leaves.
	Unkept bool
}

// Wizard asks a person. One goroutine may use it.
type Wizard struct {
	Options
	face    face
	pen     *pen
	watched *watched // for the step that is asked; nil: nothing is watched
}

// face is how the wizard looks.
type face interface {
	// show prints the text of a step.
	show(view playbook.View)
	// ask prints the text of a step, as far as it is not on the screen, and asks.
	ask(ctx context.Context, view playbook.View) (playbook.Reply, error)
	// form asks the questions of a view, and prints nothing else.
	form(ctx context.Context, view playbook.View) (playbook.Reply, error)
	// await is Await.
	await(ctx context.Context, away Away) (string, *playbook.Page, error)
}

// New gives a wizard with the face that the terminal allows.
func New(options Options) *Wizard {
	w := &Wizard{Options: options, pen: newPen(options.Terminal, options.Words)}
	if options.Terminal.Rich {
		w.face = &rich{w}
	} else {
		w.face = &plain{Wizard: w, lines: newLines(options)}
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
	defer w.watch(ctx, view)()
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
	var choices []playbook.Choice
	choice := func(move playbook.Move, id string, pairs ...any) {
		choices = append(choices, playbook.Choice{Value: string(move), Label: w.Words.Say("wizard."+id, pairs...)})
	}
	for _, step := range view.Steps {
		if step.ID == view.Mend && view.Mend != "" {
			choice(playbook.Mend, "mend", "stage", step.Stage)
		}
	}
	if w.Spreads != nil && w.Spreads(refusal) {
		choice(playbook.Wait, "wait")
	}
	choice(playbook.Retry, "retry")
	if len(view.Step.Auto) > 0 {
		choice(playbook.ByHand, "by-hand")
	}
	choice(playbook.Back, "back")
	choice(playbook.Leave, w.leave("leave"))
	question := playbook.Question{Key: ownQuestion, Kind: playbook.KindChoice, Required: true,
		Label: w.Words.Say("wizard.refused"), Choices: choices}
	view.Further, view.First = true, false
	view.Questions = []playbook.QuestionState{{Question: question, Pending: true, Value: choices[0].Value}}
	reply, err := w.face.form(ctx, view)
	if err != nil {
		return playbook.Leave, err
	}
	if reply.Move == playbook.Back {
		return playbook.Back, nil
	}
	return playbook.Move(reply.Answers.Get(ownQuestion)), nil
}

// leave is the id of the words for leaving: is the place kept?
func (w *Wizard) leave(id string) string {
	if w.Unkept {
		return id + "-unkept"
	}
	return id
}

// ownQuestion is the key of what only the wizard wants to know: what now?
const ownQuestion = "refused"

// errEnded is the end of the input, while an answer is waited for.
func errEnded() error {
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "input-ended"}
}

// accept is Accept, but for the wizard's own questions and for silence.
func (w *Wizard) accept(q playbook.QuestionState, typed string) (playbook.Answers, error) {
	if q.Key == ownQuestion {
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
