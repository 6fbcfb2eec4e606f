package playbook

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
)

// Every page leads to a diagnosis that exists and to a step that exists, and has
// its line in every language; no line stands without a page.
func TestPages(t *testing.T) {
	names, steps := catalogueNames(t), stepIDs(t)
	data, err := pagesData()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, d := range data {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	for _, lang := range languages(t, walk, "google") {
		pages, err := Pages(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			if !slices.Contains(names, p.Diagnosis) || !slices.Contains(steps, p.Step) || p.Words == "" || p.Gloss == "" || strings.Contains(p.Gloss, "\n") {
				t.Errorf("%s: page %+v: want a diagnosis, a step, words, and one line that explains them", lang, p)
			}
		}
		var text textData
		if err := readWalk("text."+lang+".yaml", &text); err != nil {
			t.Fatal(err)
		}
		var glosses []string
		for id := range text.Pages {
			glosses = append(glosses, id)
		}
		slices.Sort(glosses)
		if diff := cmp.Diff(ids, glosses); diff != "" {
			t.Errorf("%s: pages.yaml and the lines of the language (-pages +lines):\n%s", lang, diff)
		}
	}
	if _, err := Pages("xx"); err == nil {
		t.Error("Pages(xx) gave no error")
	}
}

// The words of a page, put to the catalogue as what Google said, lead to the
// diagnosis that the page names.
func TestPagesAreWhatTheCatalogueExplains(t *testing.T) {
	catalogue, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := Pages("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		code := ""
		if words := strings.Fields(p.Words); strings.Contains(words[len(words)-1], "_") {
			code = words[len(words)-1]
		}
		symptom := &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Code: code, Text: p.Words}
		got := catalogue.Explain(symptom, func(string, map[string]string) string { return "" }).Name
		if got != p.Diagnosis {
			t.Errorf("%q is explained as %s, want %s", p.Words, got, p.Diagnosis)
		}
	}
}

// A pitfall is a diagnosis that exists, stands in one step only, and where a
// page leads to a step, in that one.
func TestPitfalls(t *testing.T) {
	names := catalogueNames(t)
	p, err := Load("en", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for _, s := range p.Steps {
		for _, name := range s.Pitfalls {
			if !slices.Contains(names, name) {
				t.Errorf("step %s: the catalogue has no %s", s.ID, name)
			}
			if at[name] != "" {
				t.Errorf("%s stands in %s and in %s", name, at[name], s.ID)
			}
			at[name] = s.ID
			if got := StepOf(name); got != s.ID {
				t.Errorf("StepOf(%s) = %q, and the steps say %q", name, got, s.ID)
			}
		}
	}
	for _, id := range []string{"audience", "client", "workspace", "consent", "proof"} {
		if !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.ID == id && len(s.Pitfalls) > 3 }) {
			t.Errorf("step %s: want its pitfalls", id)
		}
	}
}

func TestStepOf(t *testing.T) {
	for name, want := range map[string]string{"redirect-uri-mismatch": "client", "consent-page-failing": "audience",
		"imap-disabled-by-user": "proof", "admin-policy-enforced": "workspace", "unknown-flag": "", "no-such-diagnosis": ""} {
		if got := StepOf(name); got != want {
			t.Errorf("StepOf(%s) = %q, want %q", name, got, want)
		}
	}
}

func catalogueNames(t *testing.T) []string {
	t.Helper()
	catalogue, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Names()
}

func stepIDs(t *testing.T) []string {
	t.Helper()
	p, err := Load("en", nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}
