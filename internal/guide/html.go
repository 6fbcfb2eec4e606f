package guide

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// HTML writes a document as one file that loads nothing and sends nothing: its
// policy allows its own style sheet and its own script alone. It can be read
// and ticked without the script. The error is the writer's.
func HTML(w io.Writer, d Document) error {
	p := d.page()
	say := func(id string) string { return d.Words.Say("guide." + id) }
	t := template.Must(template.New("page").Funcs(template.FuncMap{ // embedded, and run by tests
		"say":       say,
		"sayTarget": func(id string) string { return d.Words.Say("guide."+id, "target", p.Application) },
		"seen":      func(date string) string { return d.Words.Say("guide.checked", "date", date) },
		"pair":      d.Words.Colon,
		"prose":     prose,
		"fix":       func(p pitfall) []span { return proseWith(p.Fix, p.Command) },
		"parts":     func(text string) []string { return span{Text: text}.Parts() },
		"args":      func(command string) []string { return strings.Split(command, " ") },
	}).Parse(pageHTML))
	var b bytes.Buffer
	err := t.Execute(&b, struct {
		page
		Policy string
		Style  template.CSS
		Script template.JS
	}{p, "default-src 'none'; style-src '" + hash(pageCSS) + "'; script-src '" + hash(pageJS) +
		"'; base-uri 'none'; form-action 'none'", template.CSS(pageCSS), template.JS(pageJS)})
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// hash names a text in a content security policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
