package wizard

import (
	"strings"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/words"
)

// longAddress is the length from which an address stands alone, in columns.
const longAddress = 40

// wrap breaks a text between words. A word is never broken, however long: it
// may be an address; and in a text of several lines a long address has its own.
func wrap(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapLine(line, width)...)
	}
	return strings.Join(lines, "\n")
}

func wrapLine(line string, width int) []string {
	if lipgloss.Width(line) <= width {
		return []string{strings.TrimRight(line, " ")}
	}
	lines := []string{""}
	alone := false
	for _, word := range words.Fields(line) {
		now, last := strings.Contains(word, "://") && lipgloss.Width(word) > longAddress, lines[len(lines)-1]
		switch {
		case last == "":
			lines[len(lines)-1] = word
		case alone || now || lipgloss.Width(last)+1+lipgloss.Width(word) > width:
			lines = append(lines, word)
		default:
			lines[len(lines)-1] = last + " " + word
		}
		alone = now
	}
	return lines
}
