package main

import (
	"fmt"
	"slices"
	"strings"

	"gmailoauth/internal/export"
	"gmailoauth/internal/playbook"
)

// exportJSON shows a filled format to a program.
func (a *app) exportJSON(f *export.Filled, revealed bool) map[string]any {
	files := []any{}
	for _, file := range f.Files {
		files = append(files, map[string]any{"path": file.Path, "mode": file.Mode, "owner": file.Owner, "content": file.Content})
	}
	secrets := "none"
	if f.Secret() {
		secrets = map[bool]string{true: "revealed", false: "hidden"}[revealed]
	}
	answer := formatJSON(f.Format)
	answer["format"], answer["command"], answer["version"] = 1, "export", version
	answer["account"], answer["secrets"], answer["files"] = f.Account, secrets, files
	answer["try"], answer["notes"] = append([]string{}, f.Try...), append([]string{}, f.Notes...)
	return answer
}

// formatJSON is what is known of a format. verified is null where we have not
// seen it work.
func formatJSON(f *export.Format) map[string]any {
	sources := []any{}
	for _, s := range f.Sources {
		sources = append(sources, map[string]any{"what": s.What, "where": s.Where, "checked": s.Checked})
	}
	return map[string]any{"name": f.Name, "title": f.Title, "kind": f.Kind, "summary": f.Summary,
		"needs": append([]string{}, f.Needs...), "verified": f.Verified, "sources": sources}
}

// listExports lists what export can write: formats by their kind, then the
// applications that have a sheet.
func (a *app) listExports() error {
	if err := oneOf(a.flags.format, "text", "json"); err != nil {
		return err
	}
	byKind := map[string][]string{}
	known, applications := []any{}, []any{}
	line := func(name, title, summary string) string { return fmt.Sprintf("  %-20s %s: %s\n", name, title, summary) }
	for _, name := range export.Formats() {
		f, err := export.LoadFormat(name, a.words().Lang())
		if err != nil {
			return err
		}
		known = append(known, formatJSON(f))
		byKind[f.Kind] = append(byKind[f.Kind], line(f.Name, f.Title, f.Summary))
	}
	for _, name := range playbook.Targets() {
		t, err := playbook.LoadTarget(name, a.words().Lang())
		if err != nil {
			return err
		}
		applications = append(applications, map[string]any{"name": t.Name, "title": t.Title, "summary": t.Summary})
		byKind["sheets"] = append(byKind["sheets"], line(t.Name, t.Title, t.Summary))
	}
	if a.flags.format == "json" {
		return writeJSON(a.term.Out, map[string]any{"format": 1, "command": "export", "version": version, "formats": known, "targets": applications})
	}
	w := a.words()
	text := w.Say("formats.usage") + "\n"
	for _, kind := range append(export.Kinds(), "sheets") {
		heading := "formats.sheets"
		if kind != "sheets" {
			heading = "formats.kind-" + kind
		}
		if len(byKind[kind]) > 0 {
			text += "\n" + w.Say(heading) + "\n" + strings.Join(byKind[kind], "")
		}
	}
	return a.print(text)
}

// unknownExport refuses a name that is neither a format's nor an application's.
func unknownExport(name string) error {
	known := slices.Concat(export.Formats(), playbook.Targets())
	return inputSymptom("unknown-export", "value", name, "nearest", playbook.Nearest(name, known), "wanted", strings.Join(known, ", "))
}
