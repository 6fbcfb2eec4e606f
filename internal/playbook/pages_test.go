package playbook

import "testing"

func TestPages(t *testing.T) {
	pages, err := Pages("en")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Load("en", nil)
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string]bool{}
	for _, step := range book.Steps {
		steps[step.ID] = true
	}
	if len(pages) < 10 {
		t.Errorf("%d pages, want those that Google's list of errors has", len(pages))
	}
	for _, page := range pages {
		if !steps[page.Step] || page.Words == "" || page.Gloss == "" {
			t.Errorf("page %+v: no such step, or nothing said", page)
		}
		if got := StepOf(page.Diagnosis); got != page.Step {
			t.Errorf("StepOf(%s) = %q, want %q", page.Diagnosis, got, page.Step)
		}
	}
	if got := StepOf("imap-off-for-user"); got != "" {
		t.Errorf("StepOf of no page = %q, want none", got)
	}
	if _, err := Pages("xx"); err == nil {
		t.Error("Pages(xx) gave no error")
	}
}
