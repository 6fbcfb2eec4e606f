package verify

import (
	"bytes"
	"strings"

	"gmailoauth/internal/diagnosis"
)

// record keeps whole lines, and counts.
func (w *wire) record(received []byte) error {
	w.talk += len(received)
	for part := range bytes.Lines(received) {
		w.lineSize += len(part)
		w.line = append(w.line, part[:min(len(part), maxQuote-len(w.line))]...)
		if part[len(part)-1] != '\n' {
			continue
		}
		if end := bytes.LastIndexByte(w.line, ' '); w.lineSize > maxQuote && end > 0 {
			w.line = w.line[:end] // in front of a word: a secret cut in two is not known any more
		}
		w.said++
		w.tell(false, w.line)
		w.lines = append(w.lines[max(0, len(w.lines)-maxKept+1):], strings.TrimRight(string(w.line), "\r\n"))
		w.line, w.lineSize = w.line[:0], 0
	}
	switch {
	case w.lineSize > maxLine:
		return errTooLong
	case w.talk > maxTalk:
		return errTooMuch
	}
	return nil
}

// readLine takes a line off the connection, without its end.
func (w *wire) readLine() (string, error) {
	line, err := w.peekLine()
	if err == nil {
		w.mu.Lock()
		w.ahead = w.ahead[bytes.IndexByte(w.ahead, '\n')+1:]
		w.mu.Unlock()
	}
	return line, err
}

// peekLine waits for a whole line and leaves it to be read by the library.
func (w *wire) peekLine() (string, error) {
	for {
		w.mu.Lock()
		end := bytes.IndexByte(w.ahead, '\n')
		if end >= 0 {
			line := strings.TrimRight(string(w.ahead[:end]), "\r")
			w.mu.Unlock()
			return line, nil
		}
		w.mu.Unlock()
		if err := w.fill(); err != nil {
			return "", err
		}
	}
}

// outOfTurn refuses what a server said before it was asked, where it must wait:
// that is no answer to what will be asked next.
func (w *wire) outOfTurn() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ahead) == 0 {
		return nil
	}
	line, _, _ := strings.Cut(string(w.ahead[:min(len(w.ahead), maxQuote)]), "\r\n")
	return &refusal{symptom: &diagnosis.Symptom{Where: w.protocol, Code: "not-understood", Text: printable(line)}, evidence: printable(line)}
}

// mark says where the conversation stands; since gives the lines after a mark.
func (w *wire) mark() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.said
}

func (w *wire) since(mark int) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(w.said-mark, len(w.lines))
	return append([]string(nil), w.lines[len(w.lines)-n:]...)
}

// last is what was received last: a line, or the beginning of one.
func (w *wire) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.line) > 0 {
		return string(w.line)
	}
	if len(w.lines) > 0 {
		return w.lines[len(w.lines)-1]
	}
	return ""
}

// tagged is the IMAP server's verdict on a command, without its tag.
func (w *wire) tagged(command string) (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	tag := w.tags[command]
	for _, line := range w.lines {
		if rest, ok := strings.CutPrefix(line, tag+" "); ok && tag != "" {
			return rest, true
		}
	}
	return "", false
}

// drain reads until the server has hung up.
func (w *wire) drain() {
	for w.fill() == nil {
		w.mu.Lock()
		w.ahead = nil
		w.mu.Unlock()
	}
}

// tell passes a line on to whoever listens.
func (w *wire) tell(sent bool, line []byte) {
	if w.heard != nil {
		w.heard(w.protocol, w.server.Addr(), sent, strings.TrimRight(string(line), "\r\n"))
	}
}

// tellSent tells whole lines: a secret must not come in pieces.
func (w *wire) tellSent(sent []byte) {
	if w.heard == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saying = append(w.saying, sent...)
	for {
		end := bytes.IndexByte(w.saying, '\n')
		if end < 0 {
			return
		}
		w.tell(true, w.saying[:end])
		w.saying = w.saying[end+1:]
	}
}
