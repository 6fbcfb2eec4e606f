// Command gmailoauth takes an admin from an empty Google account to a proof
// that mail works: see README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{
		term:        terminal.Open(os.Stdin, os.Stdout, os.Stderr, os.Getenv),
		now:         time.Now,
		lookupEnv:   os.LookupEnv,
		openBrowser: terminal.OpenBrowser,
		hide:        new(secret.Redactor),
	}
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
