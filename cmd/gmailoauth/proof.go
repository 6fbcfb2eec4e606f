package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/report"
)

// stepSummary names the file in which GitHub Actions looks for the summary of a
// job.
const stepSummary = "GITHUB_STEP_SUMMARY"

// proof is a proof on its way to stdout or a file, in the format of --format.
// One goroutine at a time may use it.
type proof struct {
	a       *app
	out     io.Writer
	file    *answerFile // nil if out is stdout
	start   time.Time
	stream  report.Stream
	summary bytes.Buffer // for stepSummary
	begun   bool
}

// proofOf says of what a proof is, and where it goes.
type proofOf struct {
	command string
	output  string // a file; empty: stdout
	shard   string // the share of the mailboxes; empty: all
	strict  bool
}

// newProof begins a proof. Nothing is written before its first mailbox is, so
// that what ends a command early is the only thing told. Whoever gives a file
// calls close.
func (a *app) newProof(of proofOf) (*proof, error) {
	p := &proof{a: a, out: a.term.Out}
	run := report.Run{Options: a.reportOptions(a.term.OutTTY && of.output == ""), Command: of.command, Version: version, Shard: of.shard, Strict: of.strict}
	run.Explain = a.explainClean
	if a.env(stepSummary) != "" {
		run.Summary = &p.summary
	}
	if of.output != "" {
		var err error
		if p.file, err = createAnswer(of.output); err != nil {
			return nil, err
		}
		p.out = p.file
	}
	p.start, p.stream = run.Now, report.NewStream(a.flags.format, run)
	return p, nil
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
	if _, err := io.WriteString(p.out, clean(b.String())); err != nil {
		if p.file != nil {
			return unwritable(p.file.name, err)
		}
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "output-not-written", Err: err}
	}
	return nil
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
		d := p.a.explainClean(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "interrupted"})
		ending.Cut = &d
	}
	err := p.begin()
	if err == nil {
		err = p.write(func(w io.Writer) error { return p.stream.End(w, ending) })
	}
	if err == nil && p.file != nil {
		err = p.file.keep()
	}
	if err != nil {
		return err
	}
	code := p.stream.Exit()
	if err := p.summarize(); err != nil {
		told := p.a.tellBeside(err)
		if code == 0 {
			return told
		}
	}
	return exitIf(code)
}

// summarize adds the summary to what other steps of the job have written.
func (p *proof) summarize() error {
	if p.summary.Len() == 0 {
		return nil
	}
	name := p.a.env(stepSummary)
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = io.WriteString(file, p.a.clean(p.summary.String()))
		if closed := file.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		symptom := inputSymptom("unwritable-file", "file", name, "flag", stepSummary)
		symptom.Err = err
		return symptom
	}
	return nil
}

// close drops a file that end has not kept.
func (p *proof) close() {
	if p.file != nil {
		p.file.drop()
	}
}

// exitIf ends a command whose answer is told with a code, unless that is 0.
func exitIf(code int) error {
	if code == 0 {
		return nil
	}
	return exitError(code)
}
