package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

// print writes the answer of a command. An answer that was cut off is a failure.
func (a *app) print(answer string) error {
	if _, err := io.WriteString(a.term.Out, answer); err != nil {
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "output-not-written", Err: err}
	}
	return nil
}

// tellBeside tells a failure after the answer was given, and ends with its code.
func (a *app) tellBeside(err error) error {
	d := a.explain(diagnosis.SymptomOf(err))
	a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error {
		return report.FourLines(b, a.reportOptions(a.term.ErrTTY), d)
	})
	return exitError(d.Exit)
}

// note tells something on stderr.
func (a *app) note(text string) { _, _ = a.term.Err.Write([]byte(a.hide.Clean(text) + "\n")) }

// agree asks a question that is answered by yes or no, on stderr. Ctrl-C ends
// the waiting.
func (a *app) agree(ctx context.Context, question string) (bool, error) {
	_, _ = a.term.Err.Write([]byte(question + " "))
	type line struct {
		text string
		err  error
	}
	answer := make(chan line, 1)
	go func() {
		text, err := readLine(a.term.In)
		answer <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case l := <-answer:
		text := strings.ToLower(strings.TrimSpace(l.text))
		begins := func(yes string) bool { return text != "" && strings.HasPrefix(strings.ToLower(yes), text) }
		return begins(a.words().Say("accounts.yes")) || begins("yes"), l.err // "y" is in everybody's fingers
	}
}

// readLine reads to the end of a line and no further: what follows is for others.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < 4096; {
		n, err := r.Read(one)
		if n == 1 && one[0] == '\n' {
			return string(line), nil
		}
		line = append(line, one[:n]...)
		if err == io.EOF {
			return string(line), nil
		}
		if err != nil {
			return "", err
		}
	}
	return string(line), nil
}
