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

func main() {
	noCores()
	cobra.MousetrapHelpText = "" // on Windows, a double click starts the program like any other
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	world := realWorld()
	restore := terminal.Prepare(world.term)
	code := world.run(ctx, os.Args[1:])
	restore()
	stop()
	os.Exit(code)
}

// realWorld is the process's own streams, clock, environment and browser.
func realWorld() *app {
	return &app{
		term:        terminal.Open(os.Stdin, os.Stdout, os.Stderr, os.Getenv),
		now:         time.Now,
		lookupEnv:   os.LookupEnv,
		openBrowser: terminal.OpenBrowser,
		program:     ownProgram,
		hide:        new(secret.Redactor),
	}
}
