package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/finding"
)

// changeLines writes a line for each change: what it is, which check, and from
// what to what. Names of checks and diagnoses are the same in every language.
func changeLines(w io.Writer, o Options, changes []Change) error {
	width := 0
	for _, kind := range []string{New, Changed, Recovered, Gone} {
		width = max(width, lipgloss.Width(o.Words.Say("report.change-"+kind))+2)
	}
	for _, c := range changes {
		what := []string{c.ID, c.Endpoint, c.Mechanism}
		if c.Kind == Gone {
			what = []string{c.Account}
		}
		text := strings.Join(strings.Fields(strings.Join(what, " ")), " ")
		switch c.Kind {
		case New:
			text += ": " + c.Now.Diagnosis
		case Recovered:
			text += ": " + c.Was.Diagnosis + " → " + string(finding.Pass)
		case Changed:
			text += ": " + c.Was.told(c.Now) + " → " + c.Now.told(c.Was)
		}
		line := strings.Repeat(" ", margin) + pad(o.Words.Say("report.change-"+c.Kind), width) + hang(printable(text), margin+width, o.Width)
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// told is the name of a problem, with its status where only that tells it from
// the other.
func (p Problem) told(other Problem) string {
	if p.Diagnosis == other.Diagnosis {
		return p.Diagnosis + " (" + string(p.Status) + ")"
	}
	return p.Diagnosis
}

// sinceStream hands on what changed since a baseline. JSON and JSON Lines get the
// whole report with the changes at its end, so that it can be the next baseline,
// and figures that are drawn over time stay whole.
type sinceStream struct {
	Stream
	run         Run
	diff        *Diff
	text, whole bool
	all         bool
	exit        int
}

// Since makes a Stream of a format tell only what changed since a baseline, if
// there is one. all says that the run proves whatever there is to be proven: what
// it does not is gone. Exit is that of what is new or has changed; what was known
// before, and what recovered, is no failure.
func (b *Baseline) Since(stream Stream, format string, run Run, all bool) Stream {
	if b == nil || stream == nil {
		return stream
	}
	return &sinceStream{Stream: stream, run: run, diff: b.Diff(run.Explain), all: all,
		text: format == "text", whole: slices.Contains([]string{"json", "jsonl", "openmetrics"}, format)}
}

// Box hands on what of a mailbox changed, or all of it where the format stays whole.
func (s *sinceStream) Box(w io.Writer, box finding.Mailbox) error {
	only, changes, changed := s.diff.Add(box)
	switch {
	case s.whole:
		return s.Stream.Box(w, box)
	case !changed:
		return nil
	}
	if err := s.Stream.Box(w, only); err != nil || !s.text {
		return err
	}
	return changeLines(w, s.run.Options, changes)
}

// End counts the changes, and tells which mailboxes are gone.
func (s *sinceStream) End(w io.Writer, end Ending) error {
	var gone []Change
	if s.all && end.Cut == nil {
		gone = s.diff.missing()
	}
	end.Since = s.diff
	s.exit = s.diff.Exit(s.run.Strict)
	if end.Cut != nil {
		s.exit = end.Cut.Exit
	}
	if !s.text {
		return s.Stream.End(w, end)
	}
	if end.Cut != nil {
		return nil
	}
	if err := changeLines(w, s.run.Options, gone); err != nil {
		return err
	}
	d := s.diff
	line := s.run.Words.Say("report.since", "file", printable(d.baseline.File), "new", d.count(New), "changed", d.count(Changed),
		"recovered", d.count(Recovered), "gone", d.count(Gone), "known", d.Known)
	p := page{o: s.run.Options}
	if len(d.Changes) > 0 {
		p.line("")
	}
	p.line(p.withTime(hang(line, 0, s.run.Width), s.run.Words.Seconds(end.Elapsed, 2)))
	_, err := io.WriteString(w, p.out.String())
	return err
}

// Exit is by the rule of Since; a format with codes of its own, which is handed
// what changed and nothing else, keeps them.
func (s *sinceStream) Exit() int {
	if s.whole || s.text {
		return s.exit
	}
	return s.Stream.Exit()
}

// jsonSinceOf is what stands at the end of the JSON.
func jsonSinceOf(d *Diff) *jsonSince {
	if d == nil {
		return nil
	}
	since := &jsonSince{File: d.baseline.File, New: d.count(New), Changed: d.count(Changed), Recovered: d.count(Recovered),
		Gone: d.count(Gone), Known: d.Known, Exit: d.exit, Changes: []jsonChange{}}
	for _, c := range d.Changes {
		since.Changes = append(since.Changes, jsonChange{Change: c.Kind, Account: c.Account, ID: c.ID, Endpoint: c.Endpoint,
			Mechanism: c.Mechanism, Was: c.Was.json(), Now: c.Now.json()})
	}
	return since
}

// jsonSince is what changed since an earlier run.
type jsonSince struct {
	File      string       `json:"file"`
	New       int          `json:"new"`
	Changed   int          `json:"changed"`
	Recovered int          `json:"recovered"`
	Gone      int          `json:"gone"`
	Known     int          `json:"known"`
	Exit      int          `json:"exit"` // of what is new or has changed
	Changes   []jsonChange `json:"changes"`
}

type jsonChange struct {
	Change    string       `json:"change"`
	Account   string       `json:"account"`
	ID        string       `json:"id,omitempty"`
	Endpoint  string       `json:"endpoint,omitempty"`
	Mechanism string       `json:"mechanism,omitempty"`
	Was       *jsonProblem `json:"was,omitempty"`
	Now       *jsonProblem `json:"now,omitempty"`
}

type jsonProblem struct {
	Status    finding.Status `json:"status"`
	Diagnosis string         `json:"diagnosis"`
}

func (p Problem) json() *jsonProblem {
	if p.Status == "" {
		return nil
	}
	return &jsonProblem{p.Status, p.Diagnosis}
}
