package report

import (
	"fmt"
	"io"
	"strings"

	"gmailoauth/internal/finding"
)

// textStream writes the proof for people, each mailbox as it comes.
type textStream struct{ tally }

// Begin writes nothing: the proof has no head.
func (s *textStream) Begin(io.Writer) error { return nil }

// Box writes the lines of a mailbox.
func (s *textStream) Box(w io.Writer, box finding.Mailbox) error {
	s.add(box)
	return Human(w, s.run.Options, box)
}

// End writes the last line, unless the run was cut off: then that is told.
func (s *textStream) End(w io.Writer, end Ending) error {
	s.cut(end)
	if end.Cut != nil {
		return nil
	}
	p := page{o: s.run.Options}
	_, err := fmt.Fprintf(w, "\n%s\n", p.withTime(s.counted(), s.run.Words.Seconds(end.Elapsed, 2)))
	return err
}

// counted says how many mailboxes there are, and how they are.
func (t *tally) counted() string {
	heading := t.run.Heading
	if heading == "" {
		heading = t.run.Words.Count("report.mailboxes", t.total)
	}
	counts := t.boxes
	if t.total == 1 {
		counts = t.lines
	}
	var parts []string
	for i, s := range statuses() {
		if counts[i] > 0 {
			parts = append(parts, t.run.Words.Count("report.count-"+string(s), counts[i]))
		}
	}
	return t.run.Words.Colon(heading, strings.Join(parts, ", "))
}
