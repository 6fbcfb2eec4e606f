package fleet

import (
	"context"
	"sync"
)

// Each does something n times, as many at once as pace allows, and hands the
// results to out in their order, one after the other. No more than window are
// begun and not handed out yet, so that one slow task costs no memory.
//
// When ctx ends, pace is stopped, or out returns an error, nothing more is begun;
// what is under way is waited for and, unless out failed, handed out. Each
// returns the error of out, else that of ctx. No goroutine is left behind.
func Each[T any](ctx context.Context, n, window int, pace *Pace, do func(ctx context.Context, i int) T, out func(i int, result T) error) error {
	run := &each[T]{pending: make(chan chan T, max(window, 1)), enough: make(chan struct{})}
	var tasks sync.WaitGroup
	tasks.Go(func() { run.begin(ctx, n, pace, &tasks, do) })
	err := run.handOut(out)
	tasks.Wait()
	if err != nil {
		return err
	}
	return ctx.Err()
}

// each is one call of Each.
type each[T any] struct {
	pending chan chan T   // the results to come, in their order
	enough  chan struct{} // closed: begin nothing more
}

// begin begins the tasks in their order.
func (e *each[T]) begin(ctx context.Context, n int, pace *Pace, tasks *sync.WaitGroup, do func(context.Context, int) T) {
	defer close(e.pending)
	for i := range n {
		result := make(chan T, 1)
		if !pace.enter(ctx, e.enough) {
			return
		}
		select {
		case e.pending <- result:
		default: // the window is full: whoever waits for it must not hold a place
			pace.leave()
			select {
			case e.pending <- result:
			case <-e.enough:
				return
			}
			if !pace.enter(ctx, e.enough) {
				close(result)
				return
			}
		}
		tasks.Go(func() {
			defer pace.leave()
			result <- do(ctx, i)
		})
	}
}

// handOut waits for each result in its turn.
func (e *each[T]) handOut(out func(int, T) error) (failed error) {
	i := 0
	for result := range e.pending {
		one, done := <-result
		if !done {
			continue // was never begun
		}
		if failed == nil {
			if failed = out(i, one); failed != nil {
				close(e.enough)
			}
		}
		i++
	}
	return failed
}
