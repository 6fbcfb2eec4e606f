// Command gmailoauth takes an admin from an empty Google account to a proof
// that mail works: see README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

func main() { os.Exit(begin(time.Now)) }

// begin carries out the command line of this process by a clock. A token that
// is kept is printed before anything is asked of the terminal or the system.
func begin(now func() time.Time) (code int) {
	noCores()
	if narrowWorld(now).cached(context.Background(), os.Args[1:]) {
		return 0
	}
	cobra.MousetrapHelpText = "" // on Windows, a double click starts the program like any other
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	world := realWorld(now)
	defer terminal.Prepare(world.term)()
	return world.run(ctx, os.Args[1:])
}

// narrowWorld is as much of the real one as the short way to a token needs.
func narrowWorld(now func() time.Time) *app {
	return &app{
		term:      &terminal.Terminal{Out: os.Stdout},
		now:       now,
		lookupEnv: os.LookupEnv,
		hide:      new(secret.Redactor),
	}
}

// realWorld is the process's own streams, environment and browser, and a clock.
func realWorld(now func() time.Time) *app {
	return &app{
		term:        terminal.Open(os.Stdin, os.Stdout, os.Stderr, os.Getenv),
		now:         now,
		lookupEnv:   os.LookupEnv,
		openBrowser: terminal.OpenBrowser,
		program:     ownProgram,
		hide:        new(secret.Redactor),
	}
}
