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

// modes of a glyph: the emulator gives them no names.
const (
	underline = 1 << 1
	bold      = 1 << 2
)

// Picture draws the screen as an SVG: as many rows as are used. It draws the
// same for the same screen. The title is read out by those who do not see it.
func (s *Screen) Picture(title string) string {
	columns, rows := s.vt.Size()
	for rows > 1 && strings.TrimSpace(s.row(rows-1, columns)) == "" {
		rows--
	}
	var b strings.Builder
	width, height := columns*cellWidth+2*border, rows*cellHeight+2*border
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="10" fill="#1b1f27"/>`+"\n", width, height)
	b.WriteString(`<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="15" fill="#d8dee9" xml:space="preserve">` + "\n")
	for y := range rows {
		s.drawRow(&b, y, columns)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func (s *Screen) row(y, columns int) string {
	var b strings.Builder
	for x := range columns {
		b.WriteRune(s.vt.Cell(x, y).Char)
	}
	return b.String()
}

// drawRow draws runs of cells that look the same.
func (s *Screen) drawRow(b *strings.Builder, y, columns int) {
	for x := 0; x < columns; {
		cell, begin := s.vt.Cell(x, y), x
		var text strings.Builder
		for x < columns && sameLook(s.vt.Cell(x, y), cell) {
			text.WriteRune(max(s.vt.Cell(x, y).Char, ' '))
			x++
		}
		left, top := border+begin*cellWidth, border+y*cellHeight
		if cell.BG != vt10x.DefaultBG {
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", left, top, (x-begin)*cellWidth, cellHeight, colour(cell.BG))
		}
		if strings.TrimSpace(text.String()) == "" {
			continue
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d"%s>%s</text>`+"\n", left, top+14, (x-begin)*cellWidth, look(cell), html.EscapeString(text.String()))
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
		return "#1b1f27"
	case c == vt10x.DefaultFG:
		return "#d8dee9"
	}
	return "#d8dee9"
}
