package playbook

import (
	"cmp"
	"fmt"
	"slices"
)

// Page is a page on which Google strands people who consent: they see it, and
// nothing comes back to us.
type Page struct {
	Diagnosis string // its name in the catalogue; two pages may have the same
	Step      string // id of the step in which it is mended
	Words     string // what the page says, in English, to be quoted as it is
	Gloss     string // what that means, in one line of the language
}

type pageData struct {
	ID        string `yaml:"id"`
	Diagnosis string `yaml:"diagnosis"`
	Step      string `yaml:"step"`
	Words     string `yaml:"words"`
}

// Pages lists those pages in a language, the likeliest first. The error is
// about the embedded files or the language.
func Pages(lang string) ([]Page, error) {
	data, err := pagesData()
	if err != nil {
		return nil, err
	}
	var text textData
	if err := readWalk("text."+lang+".yaml", &text); err != nil {
		return nil, err
	}
	pages := make([]Page, 0, len(data))
	for _, d := range data {
		gloss, ok := text.Pages[d.ID]
		if !ok {
			return nil, fmt.Errorf("text.%s.yaml: no words for the page %s", lang, d.ID)
		}
		pages = append(pages, Page{Diagnosis: d.Diagnosis, Step: d.Step, Words: d.Words, Gloss: gloss})
	}
	return pages, nil
}

func pagesData() ([]pageData, error) {
	var file struct {
		Pages []pageData `yaml:"pages"`
	}
	err := readWalk("pages.yaml", &file)
	for i := range file.Pages {
		file.Pages[i].Diagnosis = cmp.Or(file.Pages[i].Diagnosis, file.Pages[i].ID)
	}
	return file.Pages, err
}

// StepOf gives the id of the step in which a diagnosis is mended, as the pages
// and the pitfalls of the steps have it; "" if there is none.
func StepOf(diagnosis string) string {
	pages, err := pagesData()
	if err != nil {
		panic(err) // embedded, and read by a test
	}
	for _, page := range pages {
		if page.Diagnosis == diagnosis {
			return page.Step
		}
	}
	var file struct {
		Steps []stepData `yaml:"steps"`
	}
	if err := readWalk("steps.yaml", &file); err != nil {
		panic(err) // embedded, and read by a test
	}
	for _, step := range file.Steps {
		if slices.Contains(step.Pitfalls, diagnosis) || step.Delegated != nil && slices.Contains(step.Delegated.Pitfalls, diagnosis) {
			return step.ID
		}
	}
	return ""
}
