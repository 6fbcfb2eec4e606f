// Command gmailoauth takes an admin from an empty Google account to a proof
// that mail works: see README.md.
package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	_ "gmailoauth/cmd/gmailoauth/first" // may answer, and end the process, before main begins
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

func main() { os.Exit(begin(time.Now)) }

// begin carries out the command line of this process by a clock.
func begin(now func() time.Time) (code int) {
	cobra.MousetrapHelpText = "" // on Windows, a double click starts the program like any other
	ctx, stop := untilToldToEnd()
	defer stop()
	world := realWorld(now)
	defer terminal.Prepare(world.term)()
	ctx, readers := watchReaders(ctx, world.term)
	return readers.exit(world.run(ctx, os.Args[1:]))
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
