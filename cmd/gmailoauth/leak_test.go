package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// leakless looks for goroutines that the tests of the room have left.
type leakless struct{ *testing.M }

func (l leakless) Run() int {
	for _, asks := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if signal.Ignored(asks) { // by a shell's & or by nohup: who takes signals hands no ignoring down to the programs under test
			signal.Notify(make(chan os.Signal, 1), asks)
		}
	}
	code := l.M.Run()
	if code != 0 {
		return code
	}
	// Bubble Tea does not wait for its reader when it is ended with keys unread.
	if err := goleak.Find(goleak.IgnoreAnyFunction("github.com/charmbracelet/ultraviolet.(*TerminalReader).sendEvents")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
