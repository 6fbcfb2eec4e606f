package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

// exitInterrupted is the exit code of a run that a person ended.
const exitInterrupted = 130

// exitError ends the program with a code after the command itself has told why.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// fail tells an error in four lines on stderr, and on stdout as the format has
// it, and gives the exit code. command is the words that stood behind the
// program's name.
func (a *app) fail(ctx context.Context, command string, args []string, err error) int {
	if exit, ok := errors.AsType[exitError](err); ok {
		return int(exit)
	}
	if errors.Is(err, context.Canceled) || errors.Is(ctx.Err(), context.Canceled) {
		return a.tellFailed(command, args, a.explain(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "interrupted"}))
	}
	symptom := diagnosis.SymptomOf(usageSymptom(unwritten(err)))
	d := a.explain(symptom)
	a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error {
		if a.flags.verbose {
			_, _ = fmt.Fprintln(b, symptom.Error())
		}
		return report.FourLines(b, a.reportOptions(a.term.ErrTTY), d)
	})
	return a.tellFailed(command, args, d)
}

// unwritten is the Symptom of an answer that stdout did not take; other errors
// stay as they are.
func unwritten(err error) error {
	if _, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		return err
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok && failed.Op == "write" && failed.Path == os.Stdout.Name() {
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "output-not-written", Err: failed}
	}
	return err
}

// writeClean writes what compose makes, without secrets. There is nobody left
// to tell if that fails.
func (a *app) writeClean(write func([]byte) (int, error), compose func(*bytes.Buffer) error) {
	var b bytes.Buffer
	_ = compose(&b)
	_, _ = write([]byte(a.clean(b.String())))
}

// langIn looks for --lang in a command line that may not have been read to its
// end: what cannot be read is told in the admin's language too.
func langIn(args []string) string { return valueIn(args, "--lang") }

// valueIn looks for the value of a flag in a command line that may not have been
// read to its end.
func valueIn(args []string, flag string) string {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, flag+"="); ok {
			return value
		}
		if arg == flag && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// recovered makes an error of a panic, for a deferred call. Its stack is told
// under -v alone, and without secrets, as all that is told.
func (a *app) recovered(into *error) {
	value := recover()
	if value == nil {
		return
	}
	text := fmt.Sprint(value)
	if a.flags.verbose {
		a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error {
			_, err := fmt.Fprintf(b, "%s\n%s", text, debug.Stack())
			return err
		})
	}
	*into = &diagnosis.Symptom{Where: diagnosis.AtBug, Code: "panic", Text: strings.TrimSpace(text)}
}
