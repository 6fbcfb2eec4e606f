package export

import (
	"encoding/csv"
	"io"
	"strings"

	"gmailoauth/internal/playbook"
)

// SheetCSV writes the fields of the hand-over sheet of a target as a table:
// form, field, value, note, below a heading in the admin's language. It is
// UTF-8 with lines that end as RFC 4180 wants.
//
// Spreadsheets take a cell that begins with = + - @, a tab or a return for a
// formula. Such a cell gets an apostrophe before it, as such programs write a
// text themselves.
// Source: RFC 4180; OWASP, CSV Injection (seen 2026-11-21).
func SheetCSV(w io.Writer, o Options, target *playbook.Target, values map[string]string) error {
	filled := sheet(o, target, values)
	table := csv.NewWriter(w)
	table.UseCRLF = true
	row := func(cells ...string) {
		for i, text := range cells {
			cells[i] = plainCell(text)
		}
		_ = table.Write(cells) // the error is kept, for Error
	}
	row(o.Words.Say("export.form"), o.Words.Say("export.field"), o.Words.Say("export.value"), o.Words.Say("export.note"))
	for _, form := range filled.Forms {
		for _, field := range form.Fields {
			row(form.Title, field.Label, field.Value, field.Note)
		}
	}
	table.Flush()
	return table.Error()
}

// plainCell is a cell that no spreadsheet computes.
func plainCell(text string) string {
	if text != "" && strings.Contains("=+-@\t\r", text[:1]) {
		return "'" + text
	}
	return text
}
