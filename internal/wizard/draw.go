package wizard

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/words"
)

// The marks of a line, one column wide each.
const (
	markSeen   = "✓"
	markSaid   = "◌"
	markUnsure = "?"
	markHere   = "●"
	markOpen   = "○"
	markBad    = "✗"
	markHeed   = "!"
	accentSGR  = "36" // of the terminal's own palette, so that it suits light and dark
)

// pen prints what stays on the screen. It uses bold, faint and the first
// colours of the terminal's palette only, which every theme made readable.
type pen struct {
	w     io.Writer
	file  *os.File // nil if w is none
	width int
	rows  int
	color bool
	aloud bool // it may be read aloud: words in place of marks
	words *words.Words
}

func newPen(t *terminal.Terminal, w *words.Words) *pen {
	p := &pen{w: t.Err, width: t.Width, rows: t.Height, color: t.Color && t.ErrTTY && t.Rich, aloud: t.ErrTTY && !t.Rich, words: w}
	p.file, _ = t.Err.(*os.File)
	return p
}

// size is the terminal's as it is now, in columns and rows.
func (p *pen) size() (columns, rows int) {
	if p.file != nil {
		if w, h, err := term.GetSize(int(p.file.Fd())); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	return max(p.width, 1), cmp.Or(p.rows, 24)
}

// columns is the width to write in: the terminal's, at most 100.
func (p *pen) columns() int {
	width, _ := p.size()
	return max(20, min(width, 100))
}

// height is how many rows a text takes, with the lines that the terminal breaks.
func (p *pen) height(text string) int {
	columns, _ := p.size()
	rows := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		rows += max(1, (lipgloss.Width(line)+columns-1)/columns)
	}
	return rows
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
	for i, line := range strings.Split(wrap(text, p.columns()-indent), "\n") {
		if i > 0 {
			first = strings.Repeat(" ", indent)
		}
		p.printf("%s%s\n", first, style(line))
	}
}

func same(s string) string { return s }

// overview is a line of all stages, with the mark of each, wrapped between them.
// Where that would take more than two lines, only this one is named.
func (p *pen) overview(view playbook.View) {
	var items []string
	short := ""
	for i, step := range view.Steps {
		if !view.Walked(i) {
			continue
		}
		item := p.mark(step, i == view.At)
		if i == view.At {
			item = p.accent(item + " " + step.Stage)
			short = strings.TrimRight(short, " ") + "  " + item + "  "
		} else {
			short += item
			item += " " + step.Stage
		}
		items = append(items, item)
	}
	lines := p.items(items, "  ", same)
	if strings.Count(lines, "\n") > 1 {
		lines = strings.TrimSpace(short)
	}
	p.printf("%s\n", lines)
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

// drawn is what a drawing prints.
func (p *pen) drawn(draw func(*pen)) string {
	var b strings.Builder
	paper := *p
	paper.w = &b
	draw(&paper)
	return b.String()
}

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
