package export

import (
	"fmt"
	"io"
	"strings"

	"gmailoauth/internal/playbook"
)

// SheetMarkdown writes the hand-over sheet of a target as Markdown.
func SheetMarkdown(w io.Writer, o Options, target *playbook.Target, values map[string]string) error {
	filled := sheet(o, target, values)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", o.Words.Say("export.title", "target", filled.Title))
	if client := clientOf(o, values); client != "" {
		fmt.Fprintf(&b, "\n%s\n", client)
	}
	for _, form := range filled.Forms {
		fmt.Fprintf(&b, "\n## %s\n", form.Title)
		if len(form.Menu) > 0 {
			fmt.Fprintf(&b, "\n%s\n", strings.Join(form.Menu, " → "))
		}
		fmt.Fprintf(&b, "\n| %s | %s |\n| --- | --- |\n", o.Words.Say("export.field"), o.Words.Say("export.value"))
		for _, field := range form.Fields {
			note := ""
			if field.Note != "" {
				note = " (" + cell(field.Note) + ")"
			}
			fmt.Fprintf(&b, "| %s | %s%s |\n", cell(field.Label), code(field.Value), note)
		}
		if form.Note != "" {
			fmt.Fprintf(&b, "\n%s\n", form.Note)
		}
	}
	section := func(heading string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n", strings.TrimSuffix(o.Words.Say(heading), ":"))
		for _, line := range lines {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	section("export.then", instructionLines(filled.After))
	section("export.before", filled.Warnings)
	section("export.remember", filled.Limits)
	fmt.Fprintf(&b, "\n%s `gmailoauth export %s %s`\n", o.Words.Say("export.again"), o.named(target), values["account"])
	_, err := io.WriteString(w, b.String())
	return err
}

// cell keeps a text within its cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// code shows a value to copy; one that holds a backquote needs more around it.
func code(s string) string {
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	pad := ""
	if strings.Contains(s, "`") {
		pad = " "
	}
	return fence + pad + cell(s) + pad + fence
}
