//go:build !windows

package screen

import (
	"fmt"
	"html"
	"strings"

	"github.com/hinshun/vt10x"
)

// Cells of a picture, in units of the drawing.
const (
	cellWidth, cellHeight = 9, 19
	border                = 20
)

// Colours of what has none of its own.
const (
	ground = "#1b1f27"
	ink    = "#d8dee9"
)

// modes of a glyph: the emulator gives them no names.
const (
	underline = 1 << 1
	bold      = 1 << 2
)

// Picture draws the screen as an SVG: from the first row that is used to the last. It draws the
// same for the same screen. The title is read out by those who do not see it.
// Each row is drawn as steadied gives it, which may put something that is always
// the same in the place of what differs from run to run, but as wide as it was;
// nil changes nothing.
func (s *Screen) Picture(title string, steadied func(row string) string) string {
	s.t.Helper()
	columns, rows := s.vt.Size()
	empty := func(y int) bool { return strings.TrimSpace(string(s.row(y, columns))) == "" }
	for rows > 1 && empty(rows-1) {
		rows--
	}
	top := 0
	for top < rows-1 && empty(top) {
		top++
	}
	var b strings.Builder
	width, height := columns*cellWidth+2*border, (rows-top)*cellHeight+2*border
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="10" fill="%s"/>`+"\n", width, height, ground)
	fmt.Fprintf(&b, `<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="15" fill="%s">`+"\n", ink)
	for y := top; y < rows; y++ {
		row := s.row(y, columns)
		if steadied != nil {
			drawn := []rune(steadied(string(row)))
			if len(drawn) != len(row) {
				s.t.Fatalf("steadied, the row %q is as wide as %q", string(row), string(drawn))
			}
			row = drawn
		}
		s.drawRow(&b, y, top, row)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func (s *Screen) row(y, columns int) []rune {
	row := make([]rune, columns)
	for x := range columns {
		row[x] = max(s.vt.Cell(x, y).Char, ' ')
	}
	return row
}

// drawRow draws runs of cells that look the same. A run is cut where there are
// two blanks or more: a browser would draw them as one. Row top stands highest.
func (s *Screen) drawRow(b *strings.Builder, y, top int, row []rune) {
	from := border + (y-top)*cellHeight
	for x := 0; x < len(row); {
		cell, begin := s.vt.Cell(x, y), x
		for x < len(row) && sameLook(s.vt.Cell(x, y), cell) {
			x++
		}
		if cell.BG != vt10x.DefaultBG {
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n",
				border+begin*cellWidth, from, (x-begin)*cellWidth, cellHeight, colour(cell.BG))
		}
		for at := begin; at < x; {
			end := at
			for end < x && (row[end] != ' ' || end+1 < x && row[end] == ' ' && row[end+1] != ' ') {
				end++
			}
			text := row[at:end]
			if begun := strings.TrimLeft(string(text), " "); begun != "" {
				n := len([]rune(begun))
				fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d"%s>%s</text>`+"\n",
					border+(end-n)*cellWidth, from+14, n*cellWidth, look(cell), html.EscapeString(begun))
			}
			at = end + 1
		}
	}
}

func sameLook(a, b vt10x.Glyph) bool {
	const seen = underline | bold
	return a.FG == b.FG && a.BG == b.BG && a.Mode&seen == b.Mode&seen
}

func look(cell vt10x.Glyph) string {
	var b strings.Builder
	if cell.FG != vt10x.DefaultFG {
		b.WriteString(` fill="` + colour(cell.FG) + `"`)
	}
	if cell.Mode&bold != 0 {
		b.WriteString(` font-weight="bold"`)
	}
	if cell.Mode&underline != 0 {
		b.WriteString(` text-decoration="underline"`)
	}
	return b.String()
}

// colour gives a terminal's palette as it suits the dark ground of a picture.
func colour(c vt10x.Color) string {
	palette := []string{"#3b4252", "#e06c75", "#98c379", "#e5c07b", "#81a1c1", "#b48ead", "#6cc5d1", "#d8dee9"}
	switch {
	case c == 8:
		return "#8e97a8" // grey
	case c < 16:
		return palette[c%8]
	case c == vt10x.DefaultBG:
		return ground
	}
	return ink
}
