package fleet

import (
	"context"
	"sync"
)

// Pace says how many mailboxes may be under way at once. It begins with few, and
// lets one more in for each that went well, up to the most that were allowed; a
// server that asks for patience halves it. All mailboxes of a run meet the same
// hosts, and a mailbox keeps one connection to each: so it is also the limit of
// connections to a host. Any goroutine may use it.
// Source: the scheme is that of TCP's congestion avoidance (RFC 5681, section 3.1).
type Pace struct {
	mu      sync.Mutex
	most    int
	allowed int
	inside  int
	since   int  // mailboxes that have ended since it was last halved
	halved  bool // ever
	ended   int  // mailboxes
	again   int  // second tries and later ones
	stopped bool
	changed chan struct{} // closed and made anew when somebody may get in
}

// firstSteps is how many are let in before anything is known of the servers.
const firstSteps = 4

// NewPace allows most at once, and at least one.
func NewPace(most int) *Pace {
	most = max(most, 1)
	return &Pace{most: most, allowed: min(most, firstSteps), changed: make(chan struct{})}
}

// Well notes that a mailbox met no server that asks for patience.
func (p *Pace) Well() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since++
	p.ended++
	if p.allowed < p.most {
		p.allowed++
		p.wake()
	}
}

// Slower notes that a server asked for patience. Those that were under way with
// the first of them may all say so: that counts once.
func (p *Pace) Slower() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended++
	if p.halved && p.since < p.allowed {
		p.since++
		return
	}
	p.allowed, p.since, p.halved = max(1, p.allowed/2), 0, true
}

// Again reports whether one more try may be made of what failed for a time. When
// much fails, trying again only adds to what ails the servers: there are some
// tries to begin with, and one more for each five mailboxes.
func (p *Pace) Again() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.again >= firstTries+p.ended/5 {
		return false
	}
	p.again++
	return true
}

// firstTries is how often something may be tried again before any mailbox counts.
const firstTries = 20

// Stop lets nobody in any more.
func (p *Pace) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.wake()
}

// Allowed is how many may be under way now.
func (p *Pace) Allowed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.allowed
}

// Outside gives a place back while somebody waits before trying again, and
// takes one again before it returns. wait says whether to go on.
func (p *Pace) Outside(ctx context.Context, wait func() bool) bool {
	p.leave()
	onward := wait()
	p.mu.Lock()
	if onward {
		p.mu.Unlock()
		if p.enter(ctx, nil) {
			return true
		}
		p.mu.Lock()
	}
	p.inside++ // the caller still holds a place, to be given back
	p.mu.Unlock()
	return false
}

// enter waits for a place; false if there is none any more.
func (p *Pace) enter(ctx context.Context, enough <-chan struct{}) bool {
	for {
		p.mu.Lock()
		over := p.stopped || ctx.Err() != nil || isClosed(enough)
		enters := !over && p.inside < p.allowed
		if enters {
			p.inside++
		}
		changed := p.changed
		p.mu.Unlock()
		if enters || over {
			return enters
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-enough:
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (p *Pace) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inside--
	p.wake()
}

// wake is called with mu held.
func (p *Pace) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}
