package report

import (
	"io"
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/words"
)

// FourLines tells what ended a command: error, cause, fix, more. Each is one
// line, but that on a terminal (Width not 0) a long one is broken and indented.
func FourLines(w io.Writer, o Options, d diagnosis.Diagnosis) error {
	var out strings.Builder
	rows := []struct{ label, text string }{
		{o.Words.Say("cli.error"), d.Error},
		{o.Words.Say("cli.cause"), d.Cause},
		{o.Words.Say("cli.fix"), d.Fix},
		{o.Words.Say("cli.more"), explainCommand(d)},
	}
	width := 0
	for _, row := range rows {
		width = max(width, lipgloss.Width(row.label)+1)
	}
	for i, row := range rows {
		label := pad(row.label, width)
		if i == 0 {
			label = o.accent(label)
		}
		out.WriteString(label)
		out.WriteString(hang(row.text, width, o.Width))
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// explainCommand is what tells more.
func explainCommand(d diagnosis.Diagnosis) string { return "gmailoauth explain " + d.Name }

// hang breaks a text that begins in column indent so that it fits into width,
// and indents what follows. A word is never broken: it may be an address that
// somebody copies.
func hang(text string, indent, width int) string {
	lines := wrap(text, width-indent)
	if width == 0 {
		lines = []string{strings.Join(lines, " ")}
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}

// wrap breaks at spaces. Nothing is broken if there is no room for words at all.
func wrap(text string, width int) []string {
	parts := words.Fields(text)
	if len(parts) == 0 {
		return []string{""}
	}
	if width < 10 {
		return []string{strings.Join(parts, " ")}
	}
	lines, line := []string{}, parts[0]
	for _, word := range parts[1:] {
		if lipgloss.Width(line)+1+lipgloss.Width(word) > width {
			lines = append(lines, line)
			line = word
			continue
		}
		line += " " + word
	}
	return append(lines, line)
}

// pad fills a text with spaces to a width in columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
}

// accent marks what went wrong: the only colour there is.
func (o Options) accent(text string) string {
	if !o.Color {
		return text
	}
	return lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red).Render(text)
}

// printable gives a text on one line, without what steers a terminal: a server's
// words, or ours with such in them.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	return strings.Join(words.Fields(text), " ")
}
