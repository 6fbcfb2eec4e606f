package main

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// leakless looks for goroutines that the tests of the room have left.
type leakless struct{ *testing.M }

func (l leakless) Run() int {
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
