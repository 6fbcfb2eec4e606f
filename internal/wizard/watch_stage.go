package wizard

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"gmailoauth/internal/playbook"
)

// begin watches beside the program: not as a command of it, since bubbletea
// (v2.0.9) waits for the commands that were begun with one.
func (s *stage) begin(send func(tea.Msg)) {
	if s.watch == nil {
		return
	}
	go func() {
		if found := s.watch.next(s.over); found != nil {
			s.caught <- found
			send(foundMsg{})
		}
	}()
	go func() {
		turns := time.NewTicker(spinnerStep)
		defer turns.Stop()
		for {
			select {
			case <-turns.C:
				send(tickMsg{})
			case <-s.over:
				return
			}
		}
	}()
}

// unwatch ends the watching of a stage that has ended; a file that came too late
// for it is the next one's.
func (s *stage) unwatch() {
	if s.watch == nil {
		return
	}
	close(s.over)
	select {
	case found := <-s.caught:
		s.watch.giveBack(found)
	default:
	}
}

// take offers the file that ended a stage, and answers with it if it is wanted.
func (f *rich) take(ctx context.Context, view playbook.View, s *stage) (bool, error) {
	path, err := f.offer(ctx, view, s.found)
	if err != nil || path == "" {
		f.pen.printf("\n%s", f.head(view, false))
		return false, err
	}
	f.watched.path = path
	return true, nil
}

// taken answers with the file that was taken, if one was: whatever page of the
// step it was that was on the screen.
func (f *rich) taken(fields []*field) bool {
	if f.watched == nil || f.watched.path == "" {
		return false
	}
	for _, field := range fields {
		if field.q.Kind == playbook.KindFile {
			field.text = f.watched.path
		}
	}
	f.watched.path = ""
	return true
}

// typedOrFound waits for a line and for a file. Nothing: there is a line to be
// read. A file that is wanted is as if its path was typed.
func (f *plain) typedOrFound(ctx context.Context, view playbook.View, q playbook.QuestionState) (string, error) {
	if f.watched == nil || q.Kind != playbook.KindFile {
		return "", nil
	}
	over := make(chan struct{})
	landed := make(chan *Found, 1)
	go func() { landed <- f.watched.next(over) }()
	if f.lines.wakes(ctx, landed) {
		close(over)
		if found := <-landed; found != nil { // together with the line
			f.watched.giveBack(found)
		}
		return "", nil
	}
	close(over)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	found := <-landed
	f.pen.printf("\n")
	path, err := f.offer(ctx, view, found)
	if err == nil && path == "" {
		err = errAgain
	}
	return path, err
}
