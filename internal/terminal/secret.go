package terminal

import (
	"context"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ReadSecret reads one line, no further, that a terminal does not show. It
// blocks until there is one or ctx ends, and then leaves the terminal as it was.
func (t *Terminal) ReadSecret(ctx context.Context) (string, error) {
	read := func() (string, error) { return readLine(t.In) }
	if file, ok := t.In.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fd := int(file.Fd())
		before, err := term.GetState(fd)
		if err != nil {
			return "", err
		}
		defer func() {
			if ctx.Err() != nil {
				_ = term.Restore(fd, before)
			}
		}()
		read = func() (string, error) {
			typed, err := term.ReadPassword(fd)
			return string(typed), err
		}
	}
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := read()
		typed <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-typed:
		return got.text, got.err
	}
}

// longestSecret bounds what is typed, in bytes.
const longestSecret = 64 << 10

// readLine reads byte by byte: what follows the line is for others.
func readLine(r io.Reader) (string, error) {
	var b strings.Builder
	for one := make([]byte, 1); b.Len() < longestSecret; {
		n, err := r.Read(one)
		if n == 1 && one[0] == '\n' {
			break
		}
		b.Write(one[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return strings.TrimSuffix(b.String(), "\r"), nil
}
