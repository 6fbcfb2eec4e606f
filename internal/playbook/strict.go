package playbook

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/diagnosis"
)

// maxTargetFile bounds what is read of a target file, in bytes.
const maxTargetFile = 1 << 20

// targetFile is one YAML file of a target while it is read: it knows at which
// line each of its keys stands.
type targetFile struct {
	path string
	line map[string]int // "variables[0].check" → 12
	top  *yaml.Node     // the document, for who looks for all mistakes
}

func (f *targetFile) refuse(code, key string, pairs ...string) *diagnosis.Symptom {
	pairs = append(pairs, "file", f.path, "key", key)
	if line := f.line[key]; line > 0 {
		pairs = append(pairs, "line", strconv.Itoa(line))
	}
	return (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code}).With(pairs...)
}

// read decodes a file and refuses every key that into does not have.
func (f *targetFile) read(fsys fs.FS, base string, into any) error {
	data, _, err := f.root(fsys, base, into)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return f.explain(err, into)
	}
	return nil
}

// root reads a file as YAML that holds keys, and notes their lines.
func (f *targetFile) root(fsys fs.FS, base string, into any) ([]byte, *yaml.Node, error) {
	unreadable := func(err error) error {
		s := f.refuse("unreadable-target", "")
		s.Err = err
		return s
	}
	file, err := fsys.Open(base)
	if err != nil {
		return nil, nil, unreadable(err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxTargetFile+1))
	if err != nil {
		return nil, nil, unreadable(err)
	}
	if len(data) > maxTargetFile {
		return nil, nil, f.refuse("target-too-big", "")
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, nil, f.explain(err, into)
	}
	if wide(&root) {
		return nil, nil, f.refuse("target-too-big", "")
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		return nil, nil, f.refuse("target-not-a-mapping", "")
	}
	f.remember("", root.Content[0])
	return data, root.Content[0], nil
}

// mostKeys may stand in one mapping: the library holds each against each other.
const mostKeys = 1000

// wide reports whether a mapping has more keys than that.
func wide(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && len(n.Content) > 2*mostKeys || slices.ContainsFunc(n.Content, wide)
}

// remember notes the line of every key.
func (f *targetFile) remember(prefix string, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if prefix != "" {
				key = prefix + "." + key
			}
			f.line[key] = n.Content[i].Line
			f.remember(key, n.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			key := prefix + "[" + strconv.Itoa(i) + "]"
			f.line[key] = item.Line
			f.remember(key, item)
		}
	}
}

var (
	yamlLine    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+)`) })
	yamlUnknown = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`field (\S+) not found`) })
	yamlTwice   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`mapping key "?([^" ]+)"? already defined`) })
	yamlWrong   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`cannot unmarshal !!(\S+)`) })
)

// explain turns the first complaint of the YAML library into a Symptom.
func (f *targetFile) explain(err error, into any) error {
	text := err.Error()
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok && len(typed.Errors) > 0 {
		text = typed.Errors[0]
	}
	symptom := f.refuse("target-syntax", "")
	if m := yamlUnknown().FindStringSubmatch(text); m != nil {
		symptom = f.refuse("target-unknown-key", m[1], "nearest", Nearest(m[1], keysOf(reflect.TypeOf(into).Elem())))
	} else if m := yamlTwice().FindStringSubmatch(text); m != nil {
		symptom = f.refuse("target-key-twice", m[1])
	} else if m := yamlWrong().FindStringSubmatch(text); m != nil {
		symptom = f.refuse("target-wrong-kind", "", "got", m[1])
	}
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		symptom.Facts["line"] = m[1]
		line, _ := strconv.Atoi(m[1])
		for key, at := range f.line {
			if at == line && symptom.Facts["key"] == "" {
				symptom.Facts["key"] = key
			}
		}
	}
	symptom.Text = strings.TrimPrefix(yamlLine().ReplaceAllString(text, ""), "yaml: : ")
	symptom.Text = strings.TrimPrefix(symptom.Text, ": ")
	if i := strings.Index(symptom.Text, " in type "); i > 0 { // our own type's name helps nobody
		symptom.Text = symptom.Text[:i]
	}
	return symptom
}

// keysOf lists the keys that a file of this type may have, at any depth.
func keysOf(t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return keysOf(t.Elem())
	case reflect.Struct:
		var keys []string
		for field := range t.Fields() {
			name := field.Tag.Get("yaml")
			if name == "" {
				name = strings.ToLower(field.Name)
			}
			keys = append(append(keys, name), keysOf(field.Type)...)
		}
		slices.Sort(keys)
		return slices.Compact(keys)
	}
	return nil
}

// Nearest gives the word of a list that was perhaps meant, or "".
func Nearest(word string, list []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, candidate := range list {
		if d := distance(strings.ToLower(word), candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, last+cost)
		}
	}
	return row[len(b)]
}
