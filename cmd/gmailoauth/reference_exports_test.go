package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/export"
	"gmailoauth/internal/words"
)

// exportsPage is what export knows: each format, whether it was seen to work
// and with which version, and where its form is from.
func exportsPage(t *testing.T) string {
	t.Helper()
	w, err := words.Load("en")
	must(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, generated+"# Formats of export\n\nWhat `gmailoauth export FORMAT EMAIL` writes. [exports.md](../exports.md) tells how a format is made.\n", "internal/export/formats")
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for _, kind := range export.Kinds() {
		var rows []string
		var limits strings.Builder
		for _, name := range export.Formats() {
			f, err := export.LoadFormat(name, "en")
			must(t, err)
			if f.Kind != kind {
				continue
			}
			secrets := ""
			if f.Secret() {
				secrets = "with `--reveal`"
			}
			var sources []string
			for _, s := range f.Sources {
				link := s.What
				if strings.HasPrefix(s.Where, "https://") {
					link = "[" + s.What + "](" + s.Where + ")"
				}
				sources = append(sources, link+" ("+s.Checked+")")
			}
			rows = append(rows, fmt.Sprintf("| `%s` | %s: %s | %s | %s | %s |", name, f.Title, cell.Replace(f.Summary), secrets,
				cell.Replace(f.Vouched(export.Options{Words: w})), cell.Replace(strings.Join(sources, ", "))))
			for _, note := range f.Notes {
				fmt.Fprintf(&limits, "- `%s`: %s\n", name, note)
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n| format | for | secrets | seen | source |\n|---|---|---|---|---|\n%s\n\n%s", w.Say("formats.kind-"+kind), strings.Join(rows, "\n"), limits.String())
		}
	}
	if kinds := export.Kinds(); len(slices.Compact(slices.Sorted(slices.Values(kinds)))) != len(kinds) {
		t.Errorf("Kinds() = %v: one twice", kinds)
	}
	return b.String()
}
