package fleet

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// Read reads the file of a fleet, which name is for messages only: YAML, a table
// with a heading (CSV, also with semicolons or tabs, as spreadsheets write it),
// or an address on each line. Which of them it is shows in what is in it, not in
// its name. A refusal is a *diagnosis.Symptom at input that names file and line;
// a mailbox that stands there twice is one.
func Read(data []byte, name string) ([]Entry, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if i := firstInvalid(data); i >= 0 {
		return nil, wrong("fleet-damaged", name, 1+bytes.Count(data[:i], []byte("\n")))
	}
	f := &file{name: name}
	var err error
	switch kindOf(data) {
	case inYAML:
		err = f.readYAML(data)
	case inTable:
		err = f.readTable(data)
	default:
		err = f.readLines(data)
	}
	if err != nil {
		return nil, err
	}
	if len(f.entries) == 0 {
		return nil, (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "fleet-empty"}).With("file", name)
	}
	return f.entries, nil
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 || r == 0 {
			return i
		}
		i += size
	}
	return -1
}

// kind is how a fleet is written down.
type kind int

const (
	inLines kind = iota
	inTable
	inYAML
)

// kindOf looks at the first line that says something: a table begins with a
// heading, in which there is no address, or has several columns; YAML with a
// key, a list or its own mark.
func kindOf(data []byte) kind {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		_, isColumn := columnOf(line)
		switch {
		case line == "---" || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "%YAML"),
			strings.HasPrefix(line, "- ") || line == "-" || line[0] == '[' || line[0] == '{',
			strings.HasSuffix(line, ":") || strings.Contains(line, ": "):
			return inYAML
		case strings.ContainsAny(line, ",;\t"), isColumn:
			return inTable
		}
		return inLines
	}
	return inLines
}

// file is a fleet's file while it is being read.
type file struct {
	name    string
	entries []Entry
	lines   map[string]int // where each account stands
}

// add takes an entry in, its account in our spelling, its access with what holds
// for all. line gives where a key of it stands.
func (f *file) add(e Entry, common Access, line func(key string) int) error {
	email, err := account.CheckEmail(e.Account)
	if err != nil {
		pairs := []string{"key", "account", "wanted", "office@example.com"}
		if facts := diagnosis.SymptomOf(err).Facts; facts["value"] != "" {
			pairs = append(pairs, "value", facts["value"])
		}
		return wrong("fleet-bad-value", f.name, e.Line, pairs...)
	}
	if first, twice := f.lines[email]; twice {
		return wrong("fleet-twice", f.name, e.Line, "account", email, "first", strconv.Itoa(first))
	}
	if f.lines == nil {
		f.lines = map[string]int{}
	}
	f.lines[email] = e.Line
	e.Account = email
	if err := f.agree(&e, common, line); err != nil {
		return err
	}
	f.entries = append(f.entries, e)
	return nil
}

// protocols brings a list of protocols into our spelling.
func (f *file) protocols(line int, names []string) ([]string, error) {
	known := []string{"imap", "smtp", "pop3"}
	own := make([]string, 0, len(names))
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(known, name) {
			return nil, wrong("fleet-bad-value", f.name, line, "key", "protocols", "wanted", strings.Join(known, ", "))
		}
		if !slices.Contains(own, name) {
			own = append(own, name)
		}
	}
	return own, nil
}

// readLines reads an address on each line. What follows a # is a remark.
func (f *file) readLines(data []byte) error {
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		text, _, _ = strings.Cut(text, "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if err := f.add(Entry{Account: text, Line: line}, Access{}, nil); err != nil {
			return err
		}
	}
	return nil
}
