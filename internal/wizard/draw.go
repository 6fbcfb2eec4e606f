package wizard

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/words"
)

// The marks of a line, one column wide each.
const (
	markSeen  = "✓"
	markSaid  = "◌"
	markHere  = "●"
	markOpen  = "○"
	markBad   = "✗"
	markHeed  = "!"
	accentSGR = "36" // of the terminal's own palette, so that it suits light and dark
)

// pen prints what stays on the screen. It uses bold, faint and the first
// colours of the terminal's palette only, which every theme made readable.
type pen struct {
	w     io.Writer
	file  *os.File // nil if w is none
	width int
	color bool
}

func newPen(t *terminal.Terminal) *pen {
	p := &pen{w: t.Err, width: t.Width, color: t.Color && t.ErrTTY && t.Rich}
	p.file, _ = t.Err.(*os.File)
	return p
}

// columns is the width to write in: the terminal's as it is now, at most 100.
func (p *pen) columns() int {
	width := p.width
	if p.file != nil {
		if w, _, err := term.GetSize(int(p.file.Fd())); err == nil && w > 0 {
			width = w
		}
	}
	return max(20, min(width, 100))
}

// printf writes a line or more. What a terminal does not take is lost: there is
// nobody to tell.
func (p *pen) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format, args...) }

func (p *pen) sgr(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *pen) bold(s string) string   { return p.sgr("1", s) }
func (p *pen) faint(s string) string  { return p.sgr("2", s) }
func (p *pen) accent(s string) string { return p.sgr(accentSGR, s) }

// paragraph wraps text at the width, each line after so many columns, the first
// one after first instead.
func (p *pen) paragraph(first string, indent int, text string, style func(string) string) {
	room := max(10, p.columns()-indent)
	for i, line := range strings.Split(lipgloss.Wrap(text, room, ""), "\n") {
		if i > 0 {
			first = strings.Repeat(" ", indent)
		}
		p.printf("%s%s\n", first, style(strings.TrimRight(line, " ")))
	}
}

func same(s string) string { return s }

// overview is a line of all stages, with the mark of each, wrapped between them.
func (p *pen) overview(view playbook.View) {
	var items []string
	for i, step := range view.Steps {
		if step.Status == playbook.Skipped && i != view.At {
			continue
		}
		item := p.mark(step, i == view.At) + " " + step.Stage
		if i == view.At {
			item = p.accent(item)
		}
		items = append(items, item)
	}
	p.printf("%s\n", p.items(items, "  ", same))
}

func (p *pen) mark(step playbook.StepState, here bool) string {
	switch {
	case here:
		return markHere
	case step.Status == playbook.Done:
		return markSeen
	case step.Status == playbook.Acknowledged:
		return markSaid
	}
	return markOpen
}

// instructions prints what a person is to do: numbered, each value alone on its
// line so that it can be copied.
func (p *pen) instructions(w *words.Words, step playbook.StepState) {
	if step.URL != "" {
		p.printf("\n%s\n  %s\n", w.Say("wizard.page"), p.accent(step.URL))
	}
	if len(step.Instructions) > 0 {
		p.printf("\n")
	}
	for i, instruction := range step.Instructions {
		first := "  "
		if len(step.Instructions) > 1 {
			first = fmt.Sprintf("%2d  ", i+1)
		}
		p.paragraph(first, lipgloss.Width(first), instruction.Text, same)
		for _, value := range instruction.Values {
			p.printf("      %s\n", p.accent(value))
		}
		if instruction.Note != "" {
			indent := lipgloss.Width(first)
			p.paragraph(strings.Repeat(" ", indent), indent, instruction.Note, p.faint)
		}
	}
	if step.Sees != "" && len(step.Instructions) > 0 {
		p.printf("\n")
		p.paragraph("", 0, w.Say("wizard.sees", "sees", step.Sees), p.faint)
	}
}

// passed tells a settled step: with its answers, if it has some.
func (p *pen) passed(w *words.Words, step playbook.StepState) {
	mark := markSeen
	var values []string
	for _, q := range step.Questions {
		if q.Value != "" && !q.Secret {
			values = append(values, q.Value)
		}
	}
	switch {
	case len(values) > 0:
		p.paragraph(" "+mark+" ", 3, w.Say("wizard.settled", "stage", step.Stage, "value", strings.Join(values, ", ")), same)
	case step.Status == playbook.Acknowledged:
		p.paragraph(" "+markSaid+" ", 3, w.Say("wizard.acknowledged", "stage", step.Stage), same)
	case step.Status == playbook.Done:
		p.paragraph(" "+mark+" ", 3, w.Say("wizard.settled-bare", "stage", step.Stage), same)
	}
}

func (p *pen) notes(notes []playbook.Note) {
	column := 0
	for _, note := range notes {
		if note.Text != "" && note.Mark != playbook.Verbatim {
			column = max(column, lipgloss.Width(note.Label))
		}
	}
	for _, note := range notes {
		if note.Mark == playbook.Verbatim {
			p.printf("%s\n", p.accent(note.Text))
			continue
		}
		first := " " + p.sign(note.Mark) + " "
		if column > 0 && note.Label != "" {
			first += note.Label + strings.Repeat(" ", max(0, column-lipgloss.Width(note.Label))+3)
		}
		text := note.Text
		if text == "" {
			first, text = " "+p.sign(note.Mark)+" ", note.Label
		}
		p.paragraph(first, lipgloss.Width(first), text, same)
	}
}

func (p *pen) sign(mark playbook.Mark) string {
	switch mark {
	case playbook.Good:
		return p.sgr("32", markSeen)
	case playbook.Bad:
		return p.sgr("31", markBad)
	case playbook.Heed:
		return p.sgr("33", markHeed)
	}
	return " "
}

func number(n int) string { return strconv.Itoa(n) }

// items joins items to lines that fit, broken between them only.
func (p *pen) items(items []string, between string, style func(string) string) string {
	var lines []string
	line := ""
	for _, item := range items {
		if line != "" && lipgloss.Width(line)+lipgloss.Width(between)+lipgloss.Width(item) > p.columns() {
			lines = append(lines, style(line))
			line = ""
		}
		if line != "" {
			line += between
		}
		line += item
	}
	return strings.Join(append(lines, style(line)), "\n")
}
