// Package recipes takes the files out of the pages of docs/ci, for the tests that
// hold them against the program and against those who will read them.
package recipes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Snippet is a fenced block of a page.
type Snippet struct {
	Page     string // the page's file name
	Line     int    // of the fence
	Language string // behind the fence: yaml, sh, …
	Title    string // the path that the file has where it goes; empty: lines to type
	Text     string
}

// Name tells where it stands, for messages.
func (s Snippet) Name() string { return fmt.Sprintf("%s:%d", s.Page, s.Line) }

// Read gives the snippets of all pages of a folder, in their order. A fence
// without a language, or one that is never closed, is an error.
func Read(folder string) ([]Snippet, error) {
	pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return nil, err
	}
	var all []Snippet
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return nil, err
		}
		snippets, err := parse(filepath.Base(page), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, snippets...)
	}
	return all, nil
}

func parse(page, text string) ([]Snippet, error) {
	opening := regexp.MustCompile("^```([a-z]+)(?: title=\"([^\"]+)\")?$")
	var found []Snippet
	var open *Snippet
	number := 0
	for line := range strings.Lines(text) {
		number++
		bare := strings.TrimSuffix(line, "\n")
		switch m := opening.FindStringSubmatch(bare); {
		case open != nil && bare == "```":
			found, open = append(found, *open), nil
		case open != nil:
			open.Text += line
		case m != nil:
			open = &Snippet{Page: page, Line: number, Language: m[1], Title: m[2]}
		case strings.HasPrefix(bare, "```"):
			return nil, fmt.Errorf("%s:%d: a fence without a language: %s", page, number, bare)
		}
	}
	if open != nil {
		return nil, fmt.Errorf("%s: the fence is never closed", open.Name())
	}
	return found, nil
}

// Titled gives the one file of this name.
func Titled(all []Snippet, title string) (Snippet, error) {
	for _, s := range all {
		if s.Title == title {
			return s, nil
		}
	}
	return Snippet{}, fmt.Errorf("no page has a file %s", title)
}
