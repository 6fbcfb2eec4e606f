//go:build !windows

// Package screen is a terminal with somebody in front of it: a real
// pseudo-terminal for the program, keys to press and a screen to read for a
// test, and pictures of that screen for the documentation.
package screen

import (
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// Keys that are no letters.
const (
	Enter  = "\r"
	Down   = "\x1b[B"
	Up     = "\x1b[A"
	Left   = "\x1b[D"
	Escape = "\x1b"
	CtrlC  = "\x03"
)

// Screen is a terminal of one test.
type Screen struct {
	TTY *os.File // the program's side: its streams

	t       testing.TB
	keys    *os.File // the person's side
	vt      vt10x.Terminal
	changed chan struct{}
	done    chan struct{}
	reader  reader
}

// reader puts together what is cut between two reads, and takes out what the
// emulator does not know.
type reader struct {
	keyboard, unfinished *regexp.Regexp
	begun                string // of a sequence or a letter whose end has not come yet
}

func newReader() reader {
	return reader{keyboard: regexp.MustCompile(`\x1b\[[?=<>][0-9;]*u`), unfinished: regexp.MustCompile(`\x1b(\[[?=<>0-9;]*)?$`)}
}

// text is what the emulator is to be given. What asks for kitty's keyboard it
// would take for "put the cursor back"; faint letters it does not know, so they
// are grey.
func (r *reader) text(read string) string {
	text := r.keyboard.ReplaceAllString(r.begun+read, "")
	r.begun = r.unfinished.FindString(text)
	if r.begun == "" {
		r.begun = cutLetter(text)
	}
	return strings.ReplaceAll(strings.TrimSuffix(text, r.begun), "\x1b[2m", "\x1b[90m")
}

// cutLetter is the beginning of a letter at the end of a text, where its other
// bytes have yet to come. The emulator (vt10x, of 2022) would drop both parts.
func cutLetter(text string) string {
	for i := len(text) - 1; i >= 0 && i > len(text)-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			if utf8.FullRuneInString(text[i:]) {
				return ""
			}
			return text[i:]
		}
	}
	return ""
}

// New opens a terminal. It goes away at the end of the test.
func New(t testing.TB, columns, rows int) *Screen {
	t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Dup(int(keys.Fd())) // one that Close wakes up: not blocking, and with the poller
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	_ = keys.Close()
	keys = os.NewFile(uintptr(fd), "keys")
	s := &Screen{t: t, keys: keys, TTY: tty, vt: vt10x.New(vt10x.WithSize(columns, rows), vt10x.WithWriter(keys)),
		changed: make(chan struct{}, 1), done: make(chan struct{}), reader: newReader()}
	go s.read()
	t.Cleanup(func() {
		_ = keys.Close() // TTY is left to the collector: a program may ask for its size until then
		<-s.done
	})
	return s
}

func (s *Screen) read() {
	defer close(s.done)
	buffer := make([]byte, 4096)
	for {
		n, err := s.keys.Read(buffer)
		if err != nil {
			return
		}
		_, _ = s.vt.Write([]byte(s.reader.text(string(buffer[:n]))))
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

// String is what stands on the screen, without blanks at the ends of lines.
func (s *Screen) String() string {
	lines := strings.Split(s.vt.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// Until waits for words on the screen, at most half a minute.
func (s *Screen) Until(words string) {
	s.t.Helper()
	s.UntilAny(words)
}

// UntilAny waits for one of several words, and gives its index.
func (s *Screen) UntilAny(words ...string) int {
	s.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		shown := s.String()
		for i, wanted := range words {
			if strings.Contains(shown, wanted) {
				return i
			}
		}
		select {
		case <-s.changed:
		case <-deadline:
			s.t.Fatalf("waited for %q, the screen is:\n%s", words, s)
		}
	}
}

// Settled waits until nothing has been drawn for a moment, and gives what
// stands there then.
func (s *Screen) Settled() string {
	for {
		select {
		case <-s.changed:
		case <-time.After(150 * time.Millisecond):
			return s.String()
		}
	}
}

// Press sends keys one by one, as a person does.
func (s *Screen) Press(keys ...string) {
	for _, key := range keys {
		select { // of what was before
		case <-s.changed:
		default:
		}
		_, _ = s.keys.WriteString(key)
		select { // what it changes is drawn before the next one
		case <-s.changed:
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Type sends letters.
func (s *Screen) Type(text string) {
	for _, r := range text {
		s.Press(string(r))
	}
}
