package wizard

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// longestLine bounds what one line may hold: a pasted JSON file has about 600 bytes.
const longestLine = 1 << 20

var errLineTooLong = errors.New("line too long")

// lines reads a line at a time, and not a byte further: what comes after
// belongs to whoever reads next.
type lines struct {
	in      io.Reader
	file    *os.File                              // a terminal, or nil
	from    func(context.Context) (string, error) // instead of in; or nil
	pending chan line
}

type line struct {
	text string
	err  error
}

func newLines(o Options) *lines {
	l := &lines{in: o.Terminal.In, from: o.Lines}
	if f, ok := l.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		l.file = f
	}
	return l
}

// read gives the next line without its end. It blocks until there is one or
// ctx ends; a line that comes after that is given to the next call. The end of
// the input is io.EOF, after what came before it.
func (l *lines) read(ctx context.Context) (string, error) {
	if l.from != nil {
		return l.from(ctx)
	}
	return l.wait(ctx, func() (string, error) { return readLine(l.in) })
}

// secret is asked for and read, but a terminal does not show what is typed, nor
// what was typed ahead once the prompt stands there. It is put back as it was
// also when ctx ends.
func (l *lines) secret(ctx context.Context, prompt func()) (string, error) {
	if l.file == nil {
		prompt()
		return l.read(ctx)
	}
	fd := int(l.file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	read := func() (string, error) {
		typed, err := term.ReadPassword(fd)
		return string(typed), err
	}
	l.begin(read)
	l.changes(ctx, fd, before)
	prompt()
	text, err := l.wait(ctx, read)
	if ctx.Err() != nil {
		_ = term.Restore(fd, before)
	}
	return text, err
}

// changes waits until a terminal shows no more what is typed; not for long, as
// it may have been like that before.
func (l *lines) changes(ctx context.Context, fd int, before *term.State) {
	for range 100 {
		now, err := term.GetState(fd)
		if err != nil || *now != *before || ctx.Err() != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// wakes reports whether a line is there to be read, before found has something
// and before ctx ends.
func (l *lines) wakes(ctx context.Context, found chan *Found) bool {
	l.begin(func() (string, error) { return readLine(l.in) })
	select {
	case <-ctx.Done():
		return false
	case got := <-l.pending:
		l.pending <- got // for whoever reads
		return true
	case it := <-found:
		found <- it
		return it == nil
	}
}

// begin reads in the background, unless that was begun before.
func (l *lines) begin(read func() (string, error)) {
	if l.pending != nil {
		return
	}
	pending := make(chan line, 1)
	l.pending = pending
	go func() {
		text, err := read()
		pending <- line{text, err}
	}()
}

func (l *lines) wait(ctx context.Context, read func() (string, error)) (string, error) {
	l.begin(read)
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-l.pending:
		l.pending = nil
		return got.text, got.err
	}
}

func readLine(in io.Reader) (string, error) {
	var text strings.Builder
	one := make([]byte, 1)
	for {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' {
			return strings.TrimSuffix(text.String(), "\r"), nil
		}
		if n == 1 {
			text.WriteByte(one[0])
		}
		if text.Len() > longestLine {
			return "", errLineTooLong
		}
		switch {
		case errors.Is(err, io.EOF) && text.Len() > 0:
			return text.String(), nil
		case err != nil:
			return "", err
		}
	}
}
