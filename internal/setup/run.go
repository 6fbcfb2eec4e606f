package setup

import (
	"context"
	"maps"
	"strings"

	"gmailoauth/internal/playbook"
)

// walker is a walk under way. passed and acted are of this run alone.
type walker struct {
	Walk
	book     Book
	target   string             // the one that book was loaded for
	passed   map[string]bool    // steps that the admin went past
	told     map[string]bool    // steps told as settled
	acted    map[string]bool    // actions that were done
	asked    map[string]bool    // keys that were put to the admin
	revisit  string             // id of the step to which the admin went back
	further  string             // id of the step that stands on the screen already
	seen     playbook.StepState // the step as it stood on the screen last
	patient  bool               // the next action may wait: the admin said so
	complete playbook.Answers
	steps    []playbook.StepState
}

// Run walks until every step is settled or passed, and gives what is known
// then; also with an error, so that nothing that was answered is lost. It
// blocks as long as the Asker and the Actions do; an error of theirs, and the
// end of ctx, ends the walk.
func Run(ctx context.Context, walk Walk) (Result, error) {
	w := &walker{Walk: walk, passed: map[string]bool{}, told: map[string]bool{}, acted: map[string]bool{}, asked: map[string]bool{}}
	w.Answers = merge(walk.Answers, nil)
	w.Marks = maps.Clone(walk.Marks)
	if w.Marks == nil {
		w.Marks = playbook.Marks{}
	}
	err := w.run(ctx)
	return Result{Answers: w.Answers, Marks: w.Marks}, err
}

func (w *walker) run(ctx context.Context) error {
	if err := w.resolve(); err != nil {
		return err
	}
	if err := w.Asker.Begin(ctx, w.book.Missing(w.complete)); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		i := w.next()
		if i < 0 {
			return nil
		}
		if err := w.step(ctx, i); err != nil {
			return err
		}
		if err := w.resolve(); err != nil {
			return err
		}
	}
}

// resolve derives the steps from answers and marks.
func (w *walker) resolve() error {
	target := w.Answers.Get("target")
	if w.book == nil || target != w.target {
		book, err := w.Load(target)
		if err != nil {
			return err
		}
		w.book, w.target = book, target
	}
	w.complete = w.book.Complete(w.Answers)
	w.steps = w.book.Resolve(w.complete, w.Marks)
	if w.Page == nil {
		return nil
	}
	for i := range w.steps {
		if page := w.Page(w.steps[i]); page != "" {
			w.steps[i].URL = page
		}
	}
	return nil
}

// next gives the first step that needs somebody or something, or -1. What is
// settled on the way is told once.
func (w *walker) next() int {
	for i, step := range w.steps {
		if w.revisit != "" {
			if step.ID == w.revisit {
				return i
			}
			continue
		}
		if step.Status == playbook.Skipped {
			continue
		}
		if w.attention(step) || w.due(step) {
			return i
		}
		if !w.told[step.ID] && !w.passed[step.ID] {
			w.Asker.Passed(w.view(i, nil))
		}
		w.told[step.ID] = true
	}
	if w.revisit != "" { // the step is gone with the answer that changed
		w.revisit = ""
		return w.next()
	}
	return -1
}

// attention reports whether a step has to be put before the admin.
func (w *walker) attention(step playbook.StepState) bool {
	if len(w.wanted(step)) > 0 {
		return true
	}
	return step.Person && step.Status == playbook.Open && !w.passed[step.ID]
}

// due reports whether a step's action is to be done.
func (w *walker) due(step playbook.StepState) bool {
	action, ok := w.Actions[step.Action]
	if !ok || w.acted[step.ID] {
		return false
	}
	return action.Always || step.Status != playbook.Done && step.Status != playbook.Acknowledged
}

// wanted gives the questions of a step that are to be asked: what is pending,
// choices that nobody made, and what is offered. Of a step that the admin went back to, all that
// were answered. A text that need not be given is a flag's business.
func (w *walker) wanted(step playbook.StepState) []playbook.QuestionState {
	var list, pending []playbook.QuestionState
	for _, q := range step.Questions {
		if strings.HasPrefix(q.Key, "ack_") {
			continue
		}
		from := w.Answers[q.Key].From
		answered := w.Answers.Has(q.Key) && from != playbook.FromDefault
		known := w.complete.Has(q.Key) && w.complete[q.Key].From != playbook.FromDefault
		pick := q.Kind == playbook.KindChoice || q.Kind == playbook.KindConfirm
		switch {
		case q.Pending && step.ID == w.revisit: // it may not be asked any more, once the others are answered
			pending = append(pending, q)
		case q.Pending, step.ID == w.revisit && (q.Required || q.Offer || answered || pick):
			list = append(list, q)
		case pick && !known && !w.asked[q.Key]:
			list = append(list, q)
		case q.Offer && !known && !w.asked[q.Key] && step.Status == playbook.Open:
			list = append(list, q)
		}
	}
	if len(list) == 0 {
		return pending
	}
	return list
}

func (w *walker) view(i int, questions []playbook.QuestionState) playbook.View {
	view := playbook.View{Step: w.steps[i], Questions: questions, Steps: w.steps, At: i,
		Further: w.further == w.steps[i].ID, First: w.before(i) < 0 && w.further != w.steps[i].ID}
	if w.Heading != nil {
		view.Heading = w.Heading(w.target, w.complete)
	}
	return view
}

// before gives the nearest earlier step that can be shown, or -1.
func (w *walker) before(i int) int {
	for j := i - 1; j >= 0; j-- {
		if w.shown(j) {
			return j
		}
	}
	return -1
}

// shown reports whether a step is one that is put before the admin.
func (w *walker) shown(i int) bool {
	step := w.steps[i]
	return step.Status != playbook.Skipped && (step.Person || len(step.Questions) > 0)
}

// step puts one step before the admin or, when there is nothing to ask, does
// its action.
func (w *walker) step(ctx context.Context, i int) error {
	if step := w.steps[i]; step.ID == w.revisit || w.attention(step) {
		return w.ask(ctx, i)
	}
	return w.act(ctx, i)
}
