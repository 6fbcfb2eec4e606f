// Package words holds every sentence a person reads that is not a step's, a
// target's or a diagnosis's: a folder for each language, a file for each room.
// To add a language, add a folder.
//
// A sentence has an id of the form room.name and may hold blanks, {name}. A
// sentence that counts has a form for each plural category of its language.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed */*.yaml
var files embed.FS

// Words are the sentences of one language. They do not change: any goroutine
// may use them.
type Words struct {
	lang      string
	tag       language.Tag
	sentences map[string]string            // id → sentence
	counted   map[string]map[string]string // id → plural category → sentence
}

// Languages lists the languages there are, sorted.
func Languages() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // embedded
	}
	var langs []string
	for _, e := range entries {
		langs = append(langs, e.Name())
	}
	slices.Sort(langs)
	return langs
}

// Pick gives the first of the wishes that we speak, read as LANG is
// ("pl_PL.UTF-8", "fr"), or "en".
func Pick(wishes ...string) string {
	for _, wish := range wishes {
		lang, _, _ := strings.Cut(strings.ToLower(wish), "_")
		lang, _, _ = strings.Cut(lang, ".")
		lang, _, _ = strings.Cut(lang, "-")
		if slices.Contains(Languages(), lang) {
			return lang
		}
	}
	return "en"
}

// Load reads the sentences of a language of Languages.
func Load(lang string) (*Words, error) {
	w := &Words{lang: lang, sentences: map[string]string{}, counted: map[string]map[string]string{}}
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("language %q: %w", lang, err)
	}
	w.tag = tag
	names, err := fs.Glob(files, lang+"/*.yaml")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("language %q: no sentences", lang)
	}
	for _, name := range names {
		if err := w.read(name); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *Words) read(name string) error {
	data, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	var room map[string]any
	if err := yaml.Unmarshal(data, &room); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	prefix := strings.TrimSuffix(path.Base(name), ".yaml") + "."
	for key, value := range room {
		switch value := value.(type) {
		case string:
			w.sentences[prefix+key] = strings.Trim(value, " \n")
		case map[string]any:
			forms := map[string]string{}
			for category, sentence := range value {
				forms[category] = strings.Trim(fmt.Sprint(sentence), " \n")
			}
			w.counted[prefix+key] = forms
		default:
			return fmt.Errorf("%s: %s: neither a sentence nor its plural forms", name, key)
		}
	}
	return nil
}

// Lang is the language.
func (w *Words) Lang() string { return w.lang }

// Say gives a sentence with its blanks filled, from name, value pairs. An id
// that does not exist gives the id in angle brackets; a test walks all ids.
func (w *Words) Say(id string, pairs ...any) string {
	sentence, ok := w.sentences[id]
	if !ok {
		return "<" + id + ">"
	}
	return Fill(sentence, values(pairs))
}

// Has reports whether the sentence exists.
func (w *Words) Has(id string) bool {
	_, said := w.sentences[id]
	_, counted := w.counted[id]
	return said || counted
}

// Count gives the form of a sentence for n things; {n} is n.
func (w *Words) Count(id string, n int, pairs ...any) string {
	forms, ok := w.counted[id]
	if !ok {
		return "<" + id + ">"
	}
	category := [...]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one",
		plural.Two: "two", plural.Few: "few", plural.Many: "many"}[plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0)]
	sentence, ok := forms[category]
	if !ok {
		sentence = forms["other"]
	}
	v := values(pairs)
	v["n"] = strconv.Itoa(n)
	return Fill(sentence, v)
}

func values(pairs []any) map[string]string {
	v := make(map[string]string, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		v[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return v
}

// Fill puts values into the blanks of a text. A blank without a value stays.
func Fill(text string, values map[string]string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Fields gives the parts of a text between which a line may be broken. Unlike
// strings.Fields it keeps together what a no-break space joins, as French asks
// before a colon.
func Fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' })
}
