package report

import (
	"io"
	"slices"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// Stream writes one proof in one format, mailbox after mailbox in the order in
// which they are handed in: Begin once, Box for each, End once. What it is given
// it may write at once; it keeps no mailbox, but for a few words of each where
// the format wants totals before the rest (each format says so). All of a text
// is written in one call: whoever takes secrets out of it sees them whole.
//
// One goroutine at a time may use a Stream.
type Stream interface {
	Begin(w io.Writer) error
	Box(w io.Writer, box finding.Mailbox) error
	End(w io.Writer, end Ending) error

	// Exit gives the exit code of the run, once it has ended.
	Exit() int
}

// Run is what a Stream is told of the run before it begins. Options.Now is when
// it began.
type Run struct {
	Options
	Command string // the words behind the program's name
	Version string
	Shard   string    // I/N: the run is of this share of the mailboxes; empty: of all
	Strict  bool      // warnings fail as well
	Heading string    // of the last line, in place of how many mailboxes there are; mostly empty
	Summary io.Writer // of GitHub: takes the summary of the job, in Markdown; nil: there is none
}

// Ending is what a Stream is told when the last mailbox was handed in.
type Ending struct {
	Elapsed time.Duration
	Cut     *diagnosis.Diagnosis // what kept the run from going on to the last mailbox; nil: nothing
	Since   *Diff                // what changed since a baseline; nil: there is none
}

// Formats lists the formats of a proof; the first is for people.
func Formats() []string {
	return []string{"text", "json", "jsonl", "junit", "github", "openmetrics", "nagios", "tap", "html"}
}

// CheckFormats lists those of Formats that fit checks which are not of mailboxes:
// a client, a machine.
func CheckFormats() []string { return []string{"text", "json", "jsonl", "junit", "tap"} }

// NewStream gives the Stream of one of Formats; of any other name nil.
func NewStream(format string, run Run) Stream {
	t := tally{run: run}
	switch format {
	case "text":
		return &textStream{tally: t}
	case "json":
		return &jsonStream{tally: t}
	case "jsonl":
		return &jsonlStream{tally: t}
	case "junit":
		return &junitStream{tally: t}
	case "github":
		return &githubStream{tally: t}
	case "openmetrics":
		return &metricsStream{tally: t}
	case "nagios":
		return &nagiosStream{tally: t}
	case "tap":
		return &tapStream{tally: t}
	case "html":
		return &htmlStream{tally: t}
	}
	return nil
}

// Failed writes what kept a proof from beginning, as its format has it, and
// gives the exit code. Formats that are not for the moment (JUnit, OpenMetrics,
// HTML) and text write nothing: what they would replace stays as it is.
func Failed(w io.Writer, format string, run Run, d diagnosis.Diagnosis) (exit int, err error) {
	switch format {
	case "json":
		err = Failure(w, run.Command, run.Version, d)
	case "jsonl":
		err = jsonlFailed(w, run, d)
	case "github":
		err = githubFailed(w, run, d)
	case "nagios":
		return nagiosUnknown, nagiosFailed(w, d, run.Words)
	case "tap":
		if _, err = io.WriteString(w, tapVersion); err == nil {
			err = tapFailed(w, d, run.Words)
		}
	}
	return d.Exit, err
}

// tally counts mailboxes; it is the part that all Streams share.
type tally struct {
	run   Run
	total int
	boxes [4]int // of mailboxes, in the order of statuses()
	lines [4]int // of the proof of the first mailbox
	code  int
}

// statuses are the four as they are counted and told.
func statuses() []finding.Status {
	return []finding.Status{finding.Pass, finding.Warn, finding.Fail, finding.Skip}
}

// add counts a mailbox, and gives its status and its own exit code.
func (t *tally) add(box finding.Mailbox) (finding.Status, int) {
	is, code := status(box), exitOf(box, t.run.Explain)
	if t.total++; t.total == 1 {
		for _, r := range rowsOf(box, t.run.Options) {
			t.lines[place(r.status)]++
		}
	}
	t.boxes[place(is)]++
	t.code = graver(t.code, code)
	if t.run.Strict && is == finding.Warn {
		t.code = graver(t.code, strictExit)
	}
	return is, code
}

// place of a status in statuses.
func place(s finding.Status) int { return slices.Index(statuses(), s) }

// count gives how many mailboxes have a status.
func (t *tally) count(s finding.Status) int { return t.boxes[place(s)] }

// Exit gives the exit code by the rule of [Exit].
func (t *tally) Exit() int { return t.code }

// cut notes what kept a run from its end: its exit code is that of the run.
func (t *tally) cut(end Ending) {
	if end.Cut != nil {
		t.code = end.Cut.Exit
	}
}
