package mailserver

import (
	"errors"
	"net"
	"sync"
	"time"
)

// errEnd ends a session without a further word.
var errEnd = errors.New("the session is over")

// wire is a connection whose answers can be made to come badly.
type wire struct {
	net.Conn
	pause func(time.Duration) error

	mu   sync.Mutex // also keeps one answer in one piece
	left int        // bytes until the line is cut; negative: it is not to be cut
	drip time.Duration
	cut  bool
}

func newWire(conn net.Conn, pause func(time.Duration) error) *wire {
	return &wire{Conn: conn, pause: pause, left: -1}
}

// spoil makes the answer that follows end after cut bytes, come a byte at a
// time with a pause of drip, or both; 0 and 0 is the good day.
func (w *wire) spoil(cut int, drip time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drip, w.left = drip, -1
	if cut > 0 {
		w.left = cut
	}
}

func (w *wire) isCut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut
}

// Write writes p, or as much of it as may be seen.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return 0, errEnd
	}
	if w.left >= 0 && len(p) >= w.left {
		p, w.cut = p[:w.left], true
	}
	n, err := w.writeDripping(p)
	if w.left >= 0 {
		w.left -= n
	}
	if err == nil && w.cut {
		err = errEnd
	}
	return n, err
}

func (w *wire) writeDripping(p []byte) (int, error) {
	if w.drip <= 0 {
		return w.Conn.Write(p)
	}
	for i := range p {
		if _, err := w.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
		if err := w.pause(w.drip); err != nil {
			return i + 1, err
		}
	}
	return len(p), nil
}
