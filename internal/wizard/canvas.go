package wizard

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// canvas is the part of the screen that a program redraws. It never gets lower:
// the renderer (bubbletea v2.0.9) leaves lines of a taller frame on the screen.
// For the same reason the last frame stays, and erased takes it away.
type canvas struct {
	lines int // of the tallest frame
	rows  int // of the screen; 0 while unknown
}

func (c *canvas) view(content string) tea.View {
	lines := strings.Count(content, "\n") + 1
	c.lines = max(c.lines, lines)
	return tea.NewView(content + strings.Repeat("\n", c.lines-lines))
}

// erased is what takes the last frame off the screen: the cursor is at the
// beginning of its last line, and what did not fit was never drawn.
func (c *canvas) erased() string {
	up := c.lines - 1
	if c.rows > 0 {
		up = min(up, c.rows-1)
	}
	if up < 1 {
		return "\r\x1b[J"
	}
	return "\x1b[" + strconv.Itoa(up) + "A\r\x1b[J"
}
