package playbook

import "fmt"

// Page is one of Google's pages on which a person ends without a way back to
// us: what it says, and the step in which that is mended.
type Page struct {
	Diagnosis string // name of the entry of the catalogue
	Step      string // id
	Words     string // what the page says, in English, quoted as it is
	Gloss     string // one short line, in the language
}

type pageData struct {
	Diagnosis string `yaml:"diagnosis"`
	Step      string `yaml:"step"`
	Words     string `yaml:"words"`
}

func readPages() ([]pageData, error) {
	var list struct {
		Pages []pageData `yaml:"pages"`
	}
	err := readWalk("pages.yaml", &list)
	return list.Pages, err
}

// Pages lists those pages, those that are met most first. The error is about
// the embedded files or the language.
func Pages(lang string) ([]Page, error) {
	list, err := readPages()
	if err != nil {
		return nil, err
	}
	var text textData
	if err := readWalk("text."+lang+".yaml", &text); err != nil {
		return nil, err
	}
	var pages []Page
	for _, d := range list {
		gloss := text.Pages[d.Diagnosis]
		if gloss == "" {
			return nil, fmt.Errorf("text.%s.yaml: pages: nothing is said of %s", lang, d.Diagnosis)
		}
		pages = append(pages, Page{Diagnosis: d.Diagnosis, Step: d.Step, Words: d.Words, Gloss: gloss})
	}
	return pages, nil
}

// StepOf gives the id of the step in which a diagnosis is mended, or "".
func StepOf(diagnosisName string) string {
	list, err := readPages()
	if err != nil {
		panic(err) // embedded, and read by a test
	}
	for _, d := range list {
		if d.Diagnosis == diagnosisName {
			return d.Step
		}
	}
	return ""
}
