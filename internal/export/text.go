package export

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// Sheet writes the hand-over sheet of a target as text.
func Sheet(w io.Writer, o Options, target *playbook.Target, values map[string]string) error {
	filled := sheet(o, target, values)
	var b strings.Builder
	title := o.Words.Say("export.title", "target", filled.Title)
	client := clientOf(o, values)
	gap := max(2, o.Width-utf8.RuneCountInString(title)-utf8.RuneCountInString(client))
	if o.Width > 0 && utf8.RuneCountInString(title)+2+utf8.RuneCountInString(client) > o.Width {
		fmt.Fprintf(&b, "%s\n%s\n", bold(o, title), client)
	} else {
		b.WriteString(strings.TrimRight(bold(o, title)+strings.Repeat(" ", gap)+client, " ") + "\n")
	}
	for _, form := range filled.Forms {
		writeForm(&b, o, form)
	}
	writeList(&b, o, "export.then", instructionLines(filled.After))
	writeList(&b, o, "export.before", filled.Warnings)
	writeList(&b, o, "export.remember", filled.Limits)
	fmt.Fprintf(&b, "\n%s gmailoauth export %s %s\n", o.Words.Say("export.again"), o.named(target), values["account"])
	_, err := io.WriteString(w, b.String())
	return err
}

func writeForm(b *strings.Builder, o Options, form playbook.Form) {
	fmt.Fprintf(b, "\n%s\n", bold(o, form.Title))
	if len(form.Menu) > 0 {
		b.WriteString(wrap(strings.Join(form.Menu, " → "), o.Width, "  ", "    "))
	}
	column := 0
	for _, field := range form.Fields {
		column = max(column, utf8.RuneCountInString(field.Label))
	}
	for _, field := range form.Fields {
		line := "    " + field.Label + strings.Repeat(" ", column-utf8.RuneCountInString(field.Label)+3) + field.Value
		if o.Width > 0 && utf8.RuneCountInString(line) > o.Width { // below, so that it can be copied in one piece
			line = "    " + field.Label + "\n" + strings.TrimSuffix(wrap(field.Value, o.Width, "      ", "      "), "\n")
		}
		if field.Note != "" && (o.Width == 0 || !strings.Contains(line, "\n") && utf8.RuneCountInString(line+field.Note)+4 <= o.Width) {
			line += "  (" + field.Note + ")"
		} else if field.Note != "" {
			indent := strings.Repeat(" ", column+7)
			if column+40 > o.Width {
				indent = "      "
			}
			line += "\n" + strings.TrimSuffix(wrap("("+field.Note+")", o.Width, indent, indent), "\n")
		}
		b.WriteString(line + "\n")
	}
	if form.Note != "" {
		b.WriteString(wrap(form.Note, o.Width, "  ", "  "))
	}
}

func writeList(b *strings.Builder, o Options, heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", bold(o, o.Words.Say(heading)))
	for _, line := range lines {
		b.WriteString(wrap(line, o.Width, "  - ", "    "))
	}
}

func instructionLines(list []playbook.Instruction) []string {
	var lines []string
	for _, i := range list {
		line := i.Text
		if i.Note != "" {
			line += " (" + strings.TrimSuffix(i.Note, ".") + ".)"
		}
		lines = append(lines, line)
	}
	return lines
}

func bold(o Options, s string) string {
	if !o.Color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// wrap breaks a sentence at blanks; a word longer than a line, such as an
// address, stays whole.
func wrap(text string, width int, first, next string) string {
	var b strings.Builder
	line := first
	empty := true
	for _, word := range words.Fields(text) {
		if !empty && width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = next, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	return b.String() + line + "\n"
}
