package playbook

import (
	"regexp"
	"strings"
	"sync"

	"gmailoauth/internal/google"
)

var (
	blankName    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`) })
	linkName     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{link:([a-z-]+)\}`) })
	variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]*$`) })
)

// filler fills the blanks of one walk's texts.
type filler struct {
	answers  Answers
	defaults map[string]string // of questions that are not answered
	blanks   map[string]string // words for blanks that have no value
	links    map[string]string // what google.Link fills its own blanks from
}

// text fills every blank: from the answers, else with the words for it, else it stays.
func (f filler) text(s string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	s = linkName().ReplaceAllStringFunc(s, func(name string) string {
		return google.Link(linkName().FindStringSubmatch(name)[1], f.links)
	})
	return blankName().ReplaceAllStringFunc(s, func(name string) string {
		key := strings.Trim(name, "{}")
		if value := f.answers.Get(key); value != "" {
			return value
		}
		if value, ok := f.defaults[key]; ok {
			return value
		}
		if words, ok := f.blanks[key]; ok {
			return words
		}
		return name
	})
}

// values fills templates of values to paste. One that is a blank and nothing
// else gives a line for each of its answers.
func (f filler) values(templates []string) []string {
	var lines []string
	for _, template := range templates {
		if m := blankName().FindStringSubmatch(template); m != nil && m[0] == template {
			if answer := f.answers[m[1]]; len(answer.Values) > 0 {
				lines = append(lines, answer.Values...)
				continue
			}
		}
		lines = append(lines, f.text(template))
	}
	return lines
}

// whole fills a template, and reports whether every blank had a value.
func whole(template string, answers Answers) (string, bool) {
	ok := true
	filled := blankName().ReplaceAllStringFunc(template, func(name string) string {
		value := answers.Get(strings.Trim(name, "{}"))
		if value == "" {
			ok = false
		}
		return value
	})
	return filled, ok
}
