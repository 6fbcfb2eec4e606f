package main

import (
	"io"
	"sync"
	"time"

	"gmailoauth/internal/words"
)

// How often progress is told: to somebody who watches, and to a log.
const (
	drawEvery = 100 * time.Millisecond
	logEvery  = 30 * time.Second
)

// progress tells on stderr how far a run over many mailboxes is: on a terminal
// in a line that is drawn again and again, else in a line from time to time. Any
// goroutine may use it; nil tells nothing.
type progress struct {
	w     io.Writer
	said  *words.Words
	now   func() time.Time
	start time.Time
	drawn bool // redraws its line

	mu     sync.Mutex
	all    int
	ended  int
	failed int

	// Held while the answer is written, which takes as long as its reader likes:
	// those who count do not wait for it.
	screen  sync.Mutex
	visible bool
	stopped bool
	stop    chan struct{}
	ticking sync.WaitGroup
}

// showProgress begins to tell of so many mailboxes; of a single one there is
// nothing to tell.
func (a *app) showProgress(all int) *progress {
	if all < 2 {
		return nil
	}
	p := &progress{w: a.term.Err, said: a.words(), now: a.now, start: a.now(), all: all,
		drawn: a.term.ErrTTY && a.term.Rich, stop: make(chan struct{})}
	every := logEvery
	if p.drawn {
		every = drawEvery
	}
	ticker := time.NewTicker(every)
	p.ticking.Go(func() {
		defer ticker.Stop()
		p.follow(ticker.C)
	})
	return p
}

func (p *progress) follow(ticks <-chan time.Time) {
	for {
		select {
		case <-p.stop:
			return
		case <-ticks:
			p.tell()
		}
	}
}

// done counts a mailbox.
func (p *progress) done(failed bool) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended++
	if failed {
		p.failed++
	}
}

// above writes the answer, which may go to the same screen.
func (p *progress) above(write func() error) error {
	if p == nil {
		return write()
	}
	p.screen.Lock()
	defer p.screen.Unlock()
	p.erase()
	return write()
}

// end tells nothing more. Calling it twice does no harm.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.screen.Lock()
	first := !p.stopped
	p.stopped = true
	p.erase()
	p.screen.Unlock()
	if first {
		close(p.stop)
	}
	p.ticking.Wait()
}

func (p *progress) tell() {
	p.screen.Lock()
	defer p.screen.Unlock()
	if p.stopped {
		return
	}
	p.erase()
	end := "\n"
	if p.drawn {
		end, p.visible = "", true
	}
	_, _ = io.WriteString(p.w, p.line()+end)
}

// erase is called with screen held.
func (p *progress) erase() {
	if p.visible {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
		p.visible = false
	}
}
