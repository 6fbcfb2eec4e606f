package secret

import (
	"bytes"
	"io"
	"sync"
)

// Writer cleans what is written through it, line by line, so that a secret is
// found also when it comes in pieces. The last line waits for its end, for
// Flush or for Close. Any goroutine may use it.
type Writer struct {
	r    *Redactor
	mu   sync.Mutex
	w    io.Writer
	held []byte
}

// lineLimit is how much of a line without an end is held back, in bytes.
const lineLimit = 64 << 10

// Writer gives a writer that cleans what it passes on to w.
func (r *Redactor) Writer(w io.Writer) *Writer { return &Writer{r: r, w: w} }

// Write takes all of p. An error is that of the writer below, and what could
// not be written is dropped.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, p...)
	if end := bytes.LastIndexByte(w.held, '\n') + 1; end > 0 {
		if err := w.pass(end); err != nil {
			return 0, err
		}
	}
	if len(w.held) > lineLimit {
		if err := w.pass(w.cut()); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Flush passes on the line that has no end yet.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(len(w.held))
}

// Close is Flush; the writer below stays open.
func (w *Writer) Close() error { return w.Flush() }

func (w *Writer) pass(n int) error {
	if n == 0 {
		return nil
	}
	clean := w.r.Clean(string(w.held[:n]))
	w.held = append(w.held[:0], w.held[n:]...)
	_, err := io.WriteString(w.w, clean)
	return err
}

// cut is where a line that is too long may be parted: in no secret, and so far
// from its end that none can have begun.
func (w *Writer) cut() int {
	defer w.r.reading()()
	at := len(w.held) - max(lineLimit/8, w.r.longest+2*tail)
	if at <= 0 {
		return 0 // a secret longer than the limit: wait for all of it
	}
	for _, p := range w.r.spans(string(w.held)) {
		if p.from < at && at < p.to {
			if p.from == 0 {
				return p.to
			}
			return p.from
		}
	}
	return at
}
