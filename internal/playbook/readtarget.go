package playbook

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/targets"
)

// Targets lists the names of the targets that come with the program, sorted.
func Targets() []string {
	entries, err := targets.FS.ReadDir(".")
	if err != nil {
		panic(err) // embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// LoadTarget reads a target that comes with the program. An unknown name is a
// Symptom at input that lists the known ones and the one that was perhaps meant.
func LoadTarget(name, lang string) (*Target, error) {
	known := Targets()
	if !slices.Contains(known, name) {
		return nil, (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "unknown-target"}).With(
			"value", name, "flag", "--target", "wanted", strings.Join(known, ", "), "nearest", Nearest(name, known))
	}
	folder, err := fs.Sub(targets.FS, name)
	if err != nil {
		return nil, err
	}
	return ReadTarget(folder, name, lang)
}

// ReadTarget reads a target of the admin's own: a folder that holds target.yaml
// and text.<lang>.yaml, or, when name ends in .yaml, that one file of the
// folder, with its words under text. name is its path, for messages. A language
// it does not speak gives its English, or whatever it speaks. Every error is a
// *diagnosis.Symptom at input that names file, line and key.
func ReadTarget(fsys fs.FS, name, lang string) (*Target, error) {
	base, folder := "target.yaml", name
	if isYAML(name) {
		base, folder = path.Base(name), path.Dir(name)
	}
	file := &targetFile{path: path.Join(folder, base), line: map[string]int{}}
	var d targetData
	if err := file.read(fsys, base, &d); err != nil {
		return nil, err
	}
	if err := file.check(d); err != nil {
		return nil, err
	}
	text, err := readTargetText(fsys, d, folder, lang)
	if err != nil {
		return nil, err
	}
	label, err := labels(lang)
	if err != nil {
		label, err = labels("en")
	}
	if err != nil {
		return nil, err
	}
	t := makeTarget(d, text, label)
	t.Name = strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".yaml"), ".yml")
	if text.Title == "" {
		t.Title = t.Name
	}
	return t, nil
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

func readTargetText(fsys fs.FS, d targetData, folder, lang string) (targetText, error) {
	for _, l := range []string{lang, "en"} {
		if t, ok := d.Text[l]; ok {
			return t, nil
		}
		base := "text." + l + ".yaml"
		var t targetText
		err := (&targetFile{path: path.Join(folder, base), line: map[string]int{}}).read(fsys, base, &t)
		if !errors.Is(err, fs.ErrNotExist) {
			return t, err
		}
	}
	for _, t := range d.Text {
		if len(d.Text) == 1 {
			return t, nil
		}
	}
	return targetText{}, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "target-without-words",
		Facts: map[string]string{"file": path.Join(folder, "text.en.yaml"), "key": "text"}}
}

func makeTarget(d targetData, t targetText, label func(string) string) *Target {
	target := &Target{Title: t.Title, Summary: t.Summary, AppName: t.AppName, Support: d.Support, ClientType: d.ClientType,
		RedirectURIs: d.RedirectURIs, Origins: d.Origins, Domains: d.Domains, Scopes: d.Scopes,
		Protocols: d.Protocols, Optional: d.Optional, GmailAPI: d.GmailAPI, PromptConsent: cmp.Or(d.PromptConsent, "unknown"), Order: d.Order,
		MailboxesPerProfile: d.PerProfile, Sources: d.Sources}
	for _, v := range d.Variables {
		v.Flag = "--set " + v.Key
		if v.Kind == "" {
			v.Kind = KindText
		}
		q := makeQuestion(v, t.Variables[v.Key], label)
		q.Variable = ""
		target.Variables = append(target.Variables, q)
	}
	for _, i := range d.Before {
		target.Before = append(target.Before, makeInstruction(i, t.Before[i.ID], label))
	}
	for _, i := range d.After {
		target.After = append(target.After, makeInstruction(i, t.After[i.ID], label))
	}
	for _, f := range d.Forms {
		target.Forms = append(target.Forms, makeForm(f, t.Forms[f.ID], label))
	}
	for _, id := range d.Warnings {
		target.Warnings = append(target.Warnings, label(t.Warnings[id]))
	}
	for _, id := range d.Limits {
		target.Limits = append(target.Limits, label(t.Limits[id]))
	}
	return target
}

func makeForm(d formData, t formText, label func(string) string) Form {
	form := Form{ID: d.ID, Title: label(t.Title), Menu: t.Menu, Note: label(t.Note)}
	for _, f := range d.Fields {
		words := t.Fields[f.Key]
		value := f.Value
		if words.Value != "" {
			value = words.Value
		}
		form.Fields = append(form.Fields, Field{Key: f.Key, Label: words.Label, Value: value, Secret: f.Secret, Note: label(words.Note)})
	}
	return form
}
