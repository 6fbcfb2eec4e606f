package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gmailoauth/internal/diagnosis"
)

// exitError ends the program with a code after the command itself has told why.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// fail tells an error in four lines, or as JSON, and gives the exit code.
func (a *app) fail(ctx context.Context, err error) int {
	var exit exitError
	if errors.As(err, &exit) {
		return int(exit)
	}
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return 130
	}
	_, _ = fmt.Fprintln(a.term.Err, "error:", err) // replaced by the report room's four lines
	return 1
}

// flagSymptom names the flag of a command line that could not be read, and
// never its value: it may be a secret that was meant for another flag.
func flagSymptom(err error) error {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-flag", Facts: map[string]string{}}
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var required *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		symptom.Code = "unknown-flag"
		name, _, _ := strings.Cut(unknown.GetSpecifiedName(), "=")
		symptom.Facts["flag"] = dashed(name)
	case errors.As(err, &invalid):
		symptom.Facts["flag"] = "--" + invalid.GetFlag().Name
		symptom.Facts["wanted"] = invalid.GetFlag().Value.Type()
	case errors.As(err, &required):
		symptom.Code = "flag-without-value"
		symptom.Facts["flag"] = dashed(required.GetSpecifiedName())
	}
	return symptom
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// noArgs refuses arguments without repeating them.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "extra-argument",
		Facts: map[string]string{"command": cmd.CommandPath()}}
}
