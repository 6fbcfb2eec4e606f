package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
)

// mistaken is one mistake of a target file in the JSON contract.
type mistaken struct {
	File    string `json:"file"`
	Line    string `json:"line,omitempty"`
	Key     string `json:"key"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Nearest string `json:"nearest,omitempty"`
}

// mistakes tells all that is wrong with a target of the admin's own, and whether
// something was told. As text the first one is the error that explains itself; as
// JSON all are in the one object.
func (a *app) mistakes(name string) (told bool, err error) {
	if !isOwnTarget(name) {
		return false, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return false, nil //nolint:nilerr // reading the target tells
	}
	root, shown := filepath.Dir(name), filepath.ToSlash(name)
	if info.IsDir() {
		root, shown = name, filepath.ToSlash(filepath.Clean(name))
	}
	found := playbook.CheckTarget(os.DirFS(root), shown)
	if len(found) == 0 {
		return false, nil
	}
	list := make([]mistaken, 0, len(found))
	var text bytes.Buffer
	for _, s := range found {
		m := mistaken{File: s.Facts["file"], Line: s.Facts["line"], Key: s.Facts["key"], Code: s.Code, Message: a.mistake(s), Nearest: s.Facts["nearest"]}
		list = append(list, m)
		place := m.File
		if m.Line != "" {
			place += ":" + m.Line
		}
		_, _ = fmt.Fprintf(&text, "%s: %s\n", place, m.Message)
	}
	if a.flags.format == "json" {
		err := writeJSON(a.term.Out, map[string]any{"format": 1, "command": "targets check", "file": name, "status": "fail", "mistakes": list})
		if err != nil {
			return true, err
		}
		return true, exitError(a.explain(found[0]).Exit)
	}
	text.WriteString(a.words().Count("mistakes.count", len(found)) + "\n")
	if err := a.print(a.hide.Clean(text.String())); err != nil {
		return true, err
	}
	return true, found[0]
}

// mistake is one mistake in a line.
func (a *app) mistake(s *diagnosis.Symptom) string {
	w, f := a.words(), s.Facts
	id := "mistakes." + strings.TrimPrefix(s.Code, "target-")
	if !w.Has(id) {
		return a.explain(s).Error
	}
	line := w.Say(id, "key", f["key"], "value", f["value"], "got", f["got"])
	switch {
	case f["nearest"] != "":
		line += w.Say("mistakes.nearest", "nearest", f["nearest"])
	case f["wanted"] != "" && len(f["wanted"]) < 120:
		line += w.Say("mistakes.wanted", "wanted", f["wanted"])
	}
	return line
}

// isOwnTarget reports whether a name is a path: of a target file or folder.
func isOwnTarget(name string) bool {
	return strings.ContainsAny(name, `/\`) || name == "." || name == ".." || slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name))
}

// lastingName is the name of a target that is good in every folder.
func lastingName(name string) string {
	if absolute, err := filepath.Abs(name); err == nil && isOwnTarget(name) {
		return absolute
	}
	return name
}
