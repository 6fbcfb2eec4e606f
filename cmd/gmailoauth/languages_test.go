package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// The languages that are promised are there, no more and no less.
func TestLanguagesArePromised(t *testing.T) {
	if got, want := words.Languages(), []string{"en", "fr", "pl", "ro"}; !slices.Equal(got, want) {
		t.Errorf("the languages are %v, want %v", got, want)
	}
}

// A sentence of four words or more, blanks aside, is translated, not copied. The
// labels of an application's form are its maker's: they stand as they are where
// its form was not seen in the language.
func TestNoSentenceIsEnglish(t *testing.T) {
	blank, word := regexp.MustCompile(`\{[^}]*\}|https:\S*`), regexp.MustCompile(`\p{L}[\p{L}’'-]*`)
	for _, lang := range words.Languages() {
		if lang == "en" {
			continue
		}
		for ours, file := range textFiles(t, lang) {
			translated := leaves(t, file)
			for place, sentence := range leaves(t, ours) {
				if strings.HasPrefix(place, ".forms.") && (strings.Contains(place, ".menu.") || strings.HasSuffix(place, ".label")) {
					continue
				}
				if len(word.FindAllString(blank.ReplaceAllString(sentence, ""), -1)) >= 4 && flat(translated[place]) == flat(sentence) {
					t.Errorf("%s: %s is English: %q", filepath.Base(file), place, sentence)
				}
			}
		}
	}
}

// theirs are the texts of others that stand in a document without quotes, in
// every language as they are. Nothing else is allowed for.
func theirs(t *testing.T, lang string) *strings.Replacer {
	t.Helper()
	var texts []string
	catalogue, err := diagnosis.Load(lang)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range catalogue.Names() {
		entry, _ := catalogue.Entry(name, google.Link)
		texts = append(texts, entry.Says...) // what a server says
		texts = append(texts, entry.Source)  // where we know it from
	}
	for _, target := range playbook.Targets() {
		loaded, err := playbook.LoadTarget(target, lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range loaded.Sources { // the titles of makers' pages
			texts = append(texts, s.What, s.Where)
		}
		book, err := playbook.Load(lang, loaded)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range book.Steps {
			texts = append(texts, step.Source)
		}
	}
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) }) // the longest first: one may begin like another
	var pairs []string
	for _, text := range texts {
		if flat(text) != "" {
			pairs = append(pairs, flat(text), "…")
		}
	}
	return strings.NewReplacer(pairs...)
}

// reader looks at what one language shows.
type reader struct {
	t      *testing.T
	lang   string
	look   leakDetection
	theirs *strings.Replacer
	code   *regexp.Regexp
}

func newReader(t *testing.T, lang string) *reader {
	t.Helper()
	return &reader{t: t, lang: lang, look: leakDetector(t, lang), theirs: theirs(t, lang),
		// What a file of ours holds, and what the system says of a file.
		code: regexp.MustCompile(`\btls: [a-z]+|\{host: [^}]*\}|\b[a-z]+ \S+: [a-z ]+$`)}
}

// reads tells what is English in a text, or written as in English.
func (r *reader) reads(what, text string) {
	r.t.Helper()
	var ours strings.Builder
	for line := range strings.Lines(text) {
		ours.WriteString(r.code.ReplaceAllString(r.theirs.Replace(strings.TrimRight(line, "\n")), "…") + "\n")
	}
	for _, leak := range r.look.leaks(ours.String()) {
		r.t.Errorf("%s: %s shows %s", r.lang, what, leak)
	}
}

// inEachLanguage reads with each language, side by side.
func inEachLanguage(t *testing.T, do func(*reader)) {
	t.Helper()
	for _, lang := range words.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			do(newReader(t, lang))
		})
	}
}

// entryIn is a diagnosis in a language.
func entryIn(t *testing.T, lang, name string) (diagnosis.Entry, bool) {
	t.Helper()
	catalogue, err := diagnosis.Load(lang)
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Entry(name, google.Link)
}
