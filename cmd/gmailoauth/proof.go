package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/report"
)

// proof is a proof on its way to stdout, in the format of --format. One
// goroutine at a time may use it.
type proof struct {
	a      *app
	start  time.Time
	stream report.Stream
	begun  bool
}

// newProof begins a proof of all mailboxes or, if shard is not empty, of a share
// of them. Nothing is written before its first mailbox is, so that what ends a
// command early is the only thing told.
func (a *app) newProof(command string, strict bool, shard string) *proof {
	run := report.Run{Options: a.reportOptions(a.term.OutTTY), Command: command, Version: version, Strict: strict, Shard: shard}
	run.Explain = a.explainClean
	return &proof{a: a, start: run.Now, stream: report.NewStream(a.flags.format, run)}
}

func (p *proof) write(compose func(io.Writer) error) error {
	var b bytes.Buffer
	if err := compose(&b); err != nil {
		return err
	}
	clean := p.a.clean
	if p.a.flags.format == "json" {
		clean = p.a.cleanJSON // parts of one object
	}
	_, err := io.WriteString(p.a.term.Out, clean(b.String()))
	return err
}

func (p *proof) begin() error {
	if p.begun {
		return nil
	}
	p.begun = true
	return p.write(p.stream.Begin)
}

// box writes the next mailbox.
func (p *proof) box(box finding.Mailbox) error {
	if err := p.begin(); err != nil {
		return err
	}
	return p.write(func(w io.Writer) error { return p.stream.Box(w, p.a.cleanMailbox(box)) })
}

// end writes what remains, and gives the exit code as an error. A proof that was
// interrupted says so, if it has begun.
func (p *proof) end(ctx context.Context) error {
	ending := report.Ending{Elapsed: p.a.now().Sub(p.start)}
	if ctx.Err() != nil {
		if !p.begun {
			return ctx.Err()
		}
		d := p.a.explain(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "interrupted"})
		ending.Cut = &d
	}
	err := p.begin()
	if err == nil {
		err = p.write(func(w io.Writer) error { return p.stream.End(w, ending) })
	}
	if err != nil {
		return fmt.Errorf("write the proof: %w", err)
	}
	return exitIf(p.stream.Exit())
}

// exitIf ends a command whose answer is told with a code, unless that is 0.
func exitIf(code int) error {
	if code == 0 {
		return nil
	}
	return exitError(code)
}
