package main

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/report"
)

// No English sentence stands in what a person reads in another language: the
// plan, the guide and the sheet of each application, each diagnosis, and what is
// kept. In English every blank is filled.
func TestNoEnglishInDocuments(t *testing.T) {
	inEachLanguage(t, func(r *reader) {
		o := &workplace{t: r.t, env: map[string]string{"HOME": r.t.TempDir(), "GMAILOAUTH_LANG": r.lang}}
		documents := [][]string{{"plan"}, {"guide"}, {"explain"}, {"targets", "list"}}
		for _, target := range playbook.Targets() {
			documents = append(documents, []string{"plan", "--target", target}, []string{"targets", "show", target},
				[]string{"guide", "--target", target}, []string{"guide", "--target", target, "--format", "html"})
		}
		catalogue, err := diagnosis.Load(r.lang)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, args := range documents {
			code, out, said := o.run(args...)
			if code != 0 {
				r.t.Errorf("%v = %d:\n%s", args, code, said)
			}
			if slices.Contains(args, "html") {
				out = textOfHTML(out)
			}
			r.reads(strings.Join(args, " "), out+said)
		}
		said := o.said(r.lang)
		for _, name := range catalogue.Names() { // as explain writes them
			entry, _ := catalogue.Entry(name, google.Link)
			var out bytes.Buffer
			if err := report.Entry(&out, report.Options{Words: said}, entry); err != nil {
				r.t.Error(err)
			}
			r.reads("explain "+name, out.String())
		}
		for _, target := range playbook.Targets() {
			r.readsPlanJSON(o, target)
		}
	})
}

// readsPlanJSON reads what a person is shown of a plan that a program asked for.
func (r *reader) readsPlanJSON(o *workplace, target string) {
	r.t.Helper()
	_, out, _ := o.run("plan", "--target", target, "--format", "json")
	var plan any
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		r.t.Fatal(err)
	}
	texts := 0
	var walk func(key string, node any)
	walk = func(key string, node any) {
		switch node := node.(type) {
		case string:
			if slices.Contains([]string{"title", "label", "help", "why", "reason", "text", "note", "more", "sees", "checks", "stage"}, key) {
				texts++
				r.reads("plan of "+target+" as JSON, "+key, node)
			}
		case map[string]any:
			for key, below := range node {
				walk(key, below)
			}
		case []any:
			for _, below := range node {
				walk(key, below)
			}
		}
	}
	walk("", plan)
	if texts < 20 {
		r.t.Errorf("plan of %s as JSON has %d texts, want those of all steps", target, texts)
	}
}

// textOfHTML is what a browser shows of a page, with a line for each element.
func textOfHTML(page string) string {
	page = regexp.MustCompile(`(?s)<(script|style)[ >].*?</(script|style)>`).ReplaceAllString(page, "")
	page = regexp.MustCompile(`</?(a|b|strong|em|code|span|wbr)( [^>]*)?>`).ReplaceAllString(page, "") // within a line
	page = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "\n")
	return html.UnescapeString(page)
}
