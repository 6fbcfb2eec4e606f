package main

import (
	"io"

	"gmailoauth/internal/export"
	"gmailoauth/internal/playbook"
)

// writeSheet writes the hand-over sheet in the format asked for, as wide as the
// terminal if it goes there.
func (a *app) writeSheet(w io.Writer, o export.Options, target *playbook.Target, values map[string]string) error {
	switch a.flags.format {
	case "markdown":
		return export.SheetMarkdown(w, o, target, values)
	case "json":
		return export.SheetJSON(w, o, target, values)
	case "csv":
		return export.SheetCSV(w, o, target, values)
	}
	if w == a.term.Out && a.term.OutTTY {
		o.Width, o.Color = a.term.Width, a.term.Color
	}
	return export.Sheet(w, o, target, values)
}
