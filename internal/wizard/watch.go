package wizard

import (
	"context"
	"sync"
	"time"

	"gmailoauth/internal/playbook"
)

// Watching is what may answer a question while it is asked: a file that lands.
type Watching struct {
	Where string // for the admin: ~/Downloads
	Found <-chan Found
}

// Found is a file that has landed.
type Found struct {
	Name   string
	Path   string
	Landed time.Time
	// Refusal tells why it will not do; then nothing else is looked at.
	Refusal error
	// Notes compare it with what is needed.
	Notes func() []playbook.Note
	// Move takes it to a place of ours, and gives that; nil: it may only stay.
	Move func() (path string, err error)
}

// watched is a Watching over several forms: what one of them took out of the
// channel and had no time for is the next one's.
type watched struct {
	Watching
	path string // of the file that is wanted; "" until then
	mu   sync.Mutex
	left []Found
}

// watch begins to watch for an answer to one of the questions of a view, until
// stop is called. What is asked without that has nil.
func (w *Wizard) watch(ctx context.Context, view playbook.View) (stop func()) {
	w.watched = nil
	for _, q := range view.Questions {
		if w.Watch == nil || q.Kind != playbook.KindFile {
			continue
		}
		ctx, cancel := context.WithCancel(ctx)
		if watching := w.Watch(ctx, q.Question); watching != nil {
			w.watched = &watched{Watching: *watching}
			return func() { cancel(); w.watched = nil }
		}
		cancel()
	}
	return func() {}
}

// next waits for a file, until done is closed; nil: none came.
func (w *watched) next(done <-chan struct{}) *Found {
	w.mu.Lock()
	if len(w.left) > 0 {
		found := w.left[0]
		w.left = w.left[1:]
		w.mu.Unlock()
		return &found
	}
	w.mu.Unlock()
	select {
	case found, ok := <-w.Found:
		if ok {
			return &found
		}
		<-done
	case <-done:
	}
	return nil
}

func (w *watched) giveBack(found *Found) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, *found)
}

// landed is the sentence that a file has come.
func (w *Wizard) landed(found *Found) string {
	seconds := max(0, int(w.Now().Sub(found.Landed)/time.Second))
	return w.Words.Count("wizard.found", seconds, "name", middle(found.Name, 32))
}

// yesNoView is a question of the wizard's own.
func (w *Wizard) yesNoView(view playbook.View, label, preset string) playbook.View {
	q := playbook.Question{Key: ownQuestion, Kind: playbook.KindConfirm, Required: true, Label: label}
	view.Step = playbook.StepState{} // it is not about the step
	view.Questions = []playbook.QuestionState{{Question: q, Pending: true, Value: preset}}
	view.Further, view.First = true, false // back is no
	return view
}

// offer tells of a file and asks whether it is to be used, and kept where. The
// path is empty when it is not.
func (w *Wizard) offer(ctx context.Context, view playbook.View, found *Found) (path string, err error) {
	if found.Refusal != nil {
		w.pen.printf("\n")
		w.pen.paragraph("", 0, w.Words.Say("wizard.found-other", "name", middle(found.Name, 32), "why", w.oneLine(found.Refusal)), same)
		return "", nil
	}
	w.pen.printf("\n")
	w.pen.paragraph("", 0, w.landed(found), w.pen.bold)
	w.Tell(found.Notes())
	use, err := w.yes(ctx, w.yesNoView(view, w.Words.Say("wizard.found-use"), "yes"))
	if err != nil || !use {
		return "", err
	}
	if found.Move == nil {
		return found.Path, nil
	}
	move, err := w.yes(ctx, w.yesNoView(view, w.Words.Say("wizard.found-move", "where", w.watched.Where), "yes"))
	if err != nil || !move {
		return found.Path, err
	}
	path, err = found.Move()
	if err != nil { // it stays where it is, and serves
		w.pen.paragraph("", 0, w.Words.Say("wizard.found-unmoved", "why", w.oneLine(err)), same)
		return found.Path, nil
	}
	w.pen.paragraph("", 0, w.Words.Say("wizard.found-moved", "path", path), same)
	return path, nil
}

// yes asks a question of the wizard's own.
func (w *Wizard) yes(ctx context.Context, view playbook.View) (bool, error) {
	reply, err := w.face.form(ctx, view)
	return err == nil && reply.Answers.Get(ownQuestion) == "yes", err
}
