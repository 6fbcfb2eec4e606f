// Package terminal is three streams and what can be done with them: is somebody
// there, how wide, in colour or not. It reads no environment of its own.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal is what a command may read from and write to. Drawing and progress
// go to Err, the answer to Out.
type Terminal struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer

	InTTY  bool // somebody can be asked
	OutTTY bool
	ErrTTY bool // something can be drawn

	Width  int // of Err in columns; 80 if unknown
	Height int
	Color  bool // colour is wanted on Err and Out, where they are terminals
	Rich   bool // the screen may be redrawn; false: plain lines, for screen readers and pipes
}

// Env gives the value of an environment variable, or "".
type Env func(name string) string

// Open looks at three files as the streams of a process. Colour and richness
// follow NO_COLOR, TERM and ACCESSIBLE.
// Source: no-color.org (seen 2026-11-20).
func Open(in, out, err *os.File, env Env) *Terminal {
	t := &Terminal{
		In: in, Out: out, Err: err,
		InTTY:  term.IsTerminal(int(in.Fd())),
		OutTTY: term.IsTerminal(int(out.Fd())),
		ErrTTY: term.IsTerminal(int(err.Fd())),
		Width:  80, Height: 24,
	}
	if w, h, sizeErr := term.GetSize(int(err.Fd())); sizeErr == nil && w > 0 {
		t.Width, t.Height = w, h
	}
	dumb := env("TERM") == "dumb"
	t.Color = env("NO_COLOR") == "" && !dumb
	t.Rich = t.InTTY && t.ErrTTY && !dumb && env("ACCESSIBLE") == ""
	return t
}
