package export

import (
	"encoding/json"
	"io"
	"strings"

	"gmailoauth/internal/playbook"
)

// jsonSheet is the hand-over sheet for a program. Keys are promises; sentences
// are in the admin's language.
type jsonSheet struct {
	Format  int        `json:"format"`
	Command string     `json:"command"`
	Target  string     `json:"target"`
	Title   string     `json:"title"`
	Account string     `json:"account"`
	Client  string     `json:"client_id,omitempty"`
	Project string     `json:"project,omitempty"`
	Forms   []jsonForm `json:"forms"`
	Then    []string   `json:"then"`
	Before  []string   `json:"before"`
	Limits  []string   `json:"remember"`
}

type jsonForm struct {
	ID     string      `json:"id,omitempty"`
	Title  string      `json:"title"`
	Menu   []string    `json:"menu"`
	Fields []jsonField `json:"fields"`
	Note   string      `json:"note,omitempty"`
}

// jsonField is a field of a form. A secret that is not revealed has no value,
// but the command that shows it.
type jsonField struct {
	Key     string `json:"key,omitempty"`
	Label   string `json:"label"`
	Value   string `json:"value"`
	Secret  bool   `json:"secret"`
	Command string `json:"command,omitempty"`
	Note    string `json:"note,omitempty"`
}

// SheetJSON writes the hand-over sheet of a target as one JSON object.
func SheetJSON(w io.Writer, o Options, target *playbook.Target, values map[string]string) error {
	filled := sheet(o, target, values)
	out := jsonSheet{
		Format: 1, Command: "export", Target: target.Name, Title: filled.Title, Account: values["account"],
		Client: values["client_id"], Project: values["project"], Forms: []jsonForm{},
		Then: lines(instructionLines(filled.After)), Before: lines(filled.Warnings), Limits: lines(filled.Limits),
	}
	for _, form := range filled.Forms {
		next := jsonForm{ID: form.ID, Title: form.Title, Menu: lines(form.Menu), Fields: []jsonField{}, Note: form.Note}
		for _, f := range form.Fields {
			field := jsonField{Key: f.Key, Label: f.Label, Value: f.Value, Secret: f.Secret, Note: f.Note}
			if f.Secret && strings.HasPrefix(f.Value, dots) {
				field.Value, field.Command = "", o.revealing(target, values)
			}
			next.Fields = append(next.Fields, field)
		}
		out.Forms = append(out.Forms, next)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// revealing is the command that shows the secrets of a sheet.
func (o Options) revealing(target *playbook.Target, values map[string]string) string {
	return "gmailoauth export " + o.named(target) + " " + values["account"] + " --reveal"
}

// lines are never null in JSON.
func lines(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
