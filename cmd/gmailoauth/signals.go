package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"gmailoauth/internal/terminal"
)

// farewell is how long further signals are taken for the first one: a terminal,
// a supervisor and a person in a hurry send several, and the report that the
// first one cuts short is still to be written. Whoever sends one later finds that
// nothing ends, because nobody reads what we write, say: then it ends us.
const farewell = 3 * time.Second

// untilToldToEnd gives a context that ends with the first signal that asks us
// to. What whoever started us has chosen to ignore (nohup does) stays ignored.
func untilToldToEnd() (ctx context.Context, stop context.CancelFunc) {
	asks := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGHUP}, signal.Ignored)
	ctx, stop = signal.NotifyContext(context.Background(), append(asks, syscall.SIGTERM)...)
	context.AfterFunc(ctx, func() { time.AfterFunc(farewell, stop) })
	return ctx, stop
}

// exitUnread is the exit code of a run whose reader has gone: what a shell makes
// of a program that SIGPIPE ended.
const exitUnread = 128 + 13

// readers are those of what we write, when they are programs. One may go before
// the end (head does). The signal that the system has for that would end us in
// the middle of a file of ours; here it is the run that is told to end, and it
// does without a word.
type readers struct {
	leave context.CancelFunc
	gone  atomic.Bool
}

// watchReaders makes a run end when one of the two has lost its reader.
func watchReaders(ctx context.Context, term *terminal.Terminal) (context.Context, *readers) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // and so it ends nobody; the write fails
	ctx, leave := context.WithCancel(ctx)
	r := &readers{leave: leave}
	if !term.OutTTY {
		term.Out = toReader{term.Out, r}
	}
	if !term.ErrTTY {
		term.Err = toReader{term.Err, r}
	}
	return ctx, r
}

// exit is the exit code of the run, given that of the command.
func (r *readers) exit(code int) int {
	if r.gone.Load() {
		return exitUnread
	}
	return code
}

type toReader struct {
	io.Writer
	readers *readers
}

func (w toReader) Write(data []byte) (int, error) {
	n, err := w.Writer.Write(data)
	if errors.Is(err, syscall.EPIPE) {
		w.readers.gone.Store(true)
		w.readers.leave()
	}
	return n, err
}
