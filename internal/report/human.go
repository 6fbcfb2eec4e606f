package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/finding"
)

const (
	margin     = 3  // columns before the label: a space, the mark, a space
	roomToRead = 24 // columns that a text needs beside the endpoint, or it goes below
	plainWidth = 80 // where durations end if the width is not known
)

// Human writes the proof of one mailbox: a line for each protocol, and below a
// failure its cause and what mends it. It may be called as mailboxes come in.
func Human(w io.Writer, o Options, box finding.Mailbox) error {
	p := page{o: o, rows: rowsOf(box, o), told: map[string]bool{}}
	p.measure()
	if box.Account != "" {
		p.line(printable(box.Account))
	}
	for _, r := range p.rows {
		p.row(r)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// page is a proof while it is being written.
type page struct {
	o         Options
	rows      []row
	label     int // widths of the columns, with the space after them
	endpoint  int
	mechanism int
	stacked   bool            // too narrow: texts go below their endpoint
	told      map[string]bool // advice that stands above
	out       strings.Builder
}

func (p *page) line(text string) {
	p.out.WriteString(strings.TrimRight(text, " "))
	p.out.WriteByte('\n')
}

func (p *page) measure() {
	p.label = 10
	for _, r := range p.rows {
		p.label = max(p.label, lipgloss.Width(r.label)+2)
		if r.endpoint != "" {
			p.endpoint = max(p.endpoint, lipgloss.Width(r.endpoint)+3)
		}
		if r.mechanism != "" {
			p.mechanism = max(p.mechanism, lipgloss.Width(r.mechanism)+3)
		}
	}
	p.stacked = p.o.Width > 0 && p.o.Width-margin-p.label-p.endpoint-p.mechanism < roomToRead
}

func (p *page) row(r row) {
	head := " " + p.mark(r.status) + " " + pad(r.label, p.label)
	column := margin + p.label
	took := p.duration(r.took)
	switch {
	case r.endpoint == "":
		p.line(head + hang(r.text, column, p.o.Width))
	case p.stacked:
		p.line(p.withTime(head+strings.TrimSpace(r.endpoint+"  "+r.mechanism), took))
		p.line(strings.Repeat(" ", column) + hang(r.text, column, p.o.Width))
	default:
		head += pad(r.endpoint, p.endpoint) + pad(r.mechanism, p.mechanism)
		column += p.endpoint + p.mechanism
		lines := strings.Split(hang(r.text, column, p.o.Width), "\n")
		lines[0] = p.withTime(head+lines[0], took)
		p.line(strings.Join(lines, "\n"))
	}
	p.advice(r)
}

// withTime puts how long it took at the right edge, if there is room.
func (p *page) withTime(line, took string) string {
	width := p.o.Width
	if width == 0 {
		width = plainWidth
	}
	space := width - lipgloss.Width(line) - len(took)
	if took == "" || space < 2 {
		return line
	}
	return line + strings.Repeat(" ", space) + took
}

// advice stands below what failed, and, shorter, below a warning. The same
// advice is given once.
func (p *page) advice(r row) {
	if r.diagnosis == nil {
		return
	}
	said, d := p.o.Words, r.diagnosis
	key := d.Name + d.Cause + d.Fix
	if p.told[key] {
		p.line(strings.Repeat(" ", margin) + said.Say("report.as-above", "name", d.Name))
		return
	}
	p.told[key] = true
	lines := [][2]string{
		{said.Say("report.cause"), d.Cause},
		{said.Say("report.fix"), d.Fix},
		{said.Say("report.more"), explainCommand(*d)},
	}
	width := 0
	for _, l := range lines {
		width = max(width, lipgloss.Width(l[0])+2)
	}
	if r.status == finding.Warn {
		lines = lines[1:]
	}
	for _, l := range lines {
		p.line(strings.Repeat(" ", margin) + pad(l[0], width) + hang(l[1], margin+width, p.o.Width))
	}
}

func (p *page) mark(s finding.Status) string {
	switch s {
	case finding.Pass:
		return "✓"
	case finding.Warn:
		return p.o.accent("!")
	case finding.Fail:
		return p.o.accent("✗")
	}
	return "–"
}

func (p page) duration(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < time.Millisecond:
		return "1 ms"
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return p.o.Words.Seconds(d, 1)
}

// Summary writes the last line: how many passed, and how long it took in all.
// Of one mailbox it counts the lines of the proof, of several the mailboxes.
func Summary(w io.Writer, o Options, boxes []finding.Mailbox, elapsed time.Duration) error {
	heading := o.Words.Count("report.mailboxes", len(boxes))
	if len(boxes) == 1 {
		return counted(w, o, boxes[0], heading, elapsed)
	}
	counts := map[finding.Status]int{}
	for _, box := range boxes {
		counts[status(box)]++
	}
	return lastLine(w, o, counts, heading, elapsed)
}

// counted is the last line that counts the lines of one proof.
func counted(w io.Writer, o Options, box finding.Mailbox, heading string, elapsed time.Duration) error {
	counts := map[finding.Status]int{}
	for _, r := range rowsOf(box, o) {
		counts[r.status]++
	}
	return lastLine(w, o, counts, heading, elapsed)
}

func lastLine(w io.Writer, o Options, counts map[finding.Status]int, heading string, elapsed time.Duration) error {
	var parts []string
	for _, s := range []finding.Status{finding.Pass, finding.Warn, finding.Fail, finding.Skip} {
		if counts[s] > 0 {
			parts = append(parts, o.Words.Count("report.count-"+string(s), counts[s]))
		}
	}
	p := page{o: o}
	_, err := fmt.Fprintf(w, "\n%s\n", p.withTime(o.Words.Colon(heading, strings.Join(parts, ", ")), o.Words.Seconds(elapsed, 2)))
	return err
}
