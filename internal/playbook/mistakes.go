package playbook

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/diagnosis"
)

// CheckTarget reads a target as ReadTarget does and gives all that is wrong
// with it, in the order of its files and lines: unknown keys, values that will
// not do, blanks, labels and links that nobody fills, and texts that are
// missing or belong to nothing, in each language it speaks. Each is a Symptom
// at input with the facts file, key, and line if there is one; nearest is what
// was perhaps meant. None: it can be used.
func CheckTarget(fsys fs.FS, name string) []*diagnosis.Symptom {
	base, folder := "target.yaml", name
	if isYAML(name) {
		base, folder = path.Base(name), path.Dir(name)
	}
	var d targetData
	file, found := mistakesIn(fsys, path.Join(folder, base), base, &d)
	if file == nil {
		return found
	}
	c := &textCheck{data: d, known: knownBlanks(d)}
	found = append(found, file.mistakes(d)...)
	found = append(found, c.scalars(file)...)
	for lang, text := range d.Text {
		found = append(found, c.texts(file, "text."+lang+".", text)...)
	}
	languages := len(d.Text)
	for _, own := range textFiles(fsys, base) {
		var text targetText
		words, wrong := mistakesIn(fsys, path.Join(folder, own), own, &text)
		found = append(found, wrong...)
		languages++
		if words != nil {
			found = append(found, c.scalars(words)...)
			found = append(found, c.texts(words, "", text)...)
		}
	}
	if languages == 0 {
		found = append(found, file.refuse("target-without-words", "text"))
	}
	slices.SortStableFunc(found, func(a, b *diagnosis.Symptom) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Facts["file"], "text."), strings.Count(b.Facts["file"], "text.")),
			cmp.Compare(a.Facts["file"], b.Facts["file"]), cmp.Compare(lineOf(a), lineOf(b)), cmp.Compare(a.Facts["key"], b.Facts["key"]))
	})
	return slices.CompactFunc(found, func(a, b *diagnosis.Symptom) bool {
		return a.Code == b.Code && a.Facts["file"] == b.Facts["file"] && a.Facts["line"] == b.Facts["line"] && a.Facts["key"] == b.Facts["key"] && a.Facts["value"] == b.Facts["value"]
	})
}

func lineOf(s *diagnosis.Symptom) int {
	n, err := strconv.Atoi(s.Facts["line"])
	if err != nil {
		return maxTargetFile // what is missing stands nowhere
	}
	return n
}

// textFiles are the files with words beside target.yaml.
func textFiles(fsys fs.FS, base string) []string {
	if base != "target.yaml" {
		return nil
	}
	names, _ := fs.Glob(fsys, "text.*.yaml") // the pattern is good
	return names
}

// mistakesIn reads one file as far as it can be read. A nil file could not be
// read at all, and the one mistake says why.
func mistakesIn(fsys fs.FS, name, base string, into any) (*targetFile, []*diagnosis.Symptom) {
	file := &targetFile{path: name, line: map[string]int{}}
	_, root, err := file.root(fsys, base, into)
	if err != nil {
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok {
			symptom = file.refuse("target-syntax", "")
		}
		return nil, []*diagnosis.Symptom{symptom}
	}
	s := &shape{file: file}
	s.hold(root, reflect.TypeOf(into).Elem(), "", 0)
	file.top = root
	_ = root.Decode(into) // what did not fit was told
	return file, s.found
}

// shape holds a YAML document against the type it is to be read into.
type shape struct {
	file   *targetFile
	found  []*diagnosis.Symptom
	visits int
}

// Nesting and values are bounded: an alias may hold itself, or much else.
const (
	deepest   = 16
	mostNodes = 100_000
)

func (s *shape) refuse(code, key string, line int, pairs ...string) {
	s.found = append(s.found, s.file.refuse(code, key, append(pairs, "line", strconv.Itoa(line))...))
}

func (s *shape) hold(n *yaml.Node, t reflect.Type, key string, depth int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if s.visits++; depth > deepest || s.visits > mostNodes || n.Tag == "!!null" {
		return
	}
	wanted := map[reflect.Kind]yaml.Kind{reflect.Struct: yaml.MappingNode, reflect.Map: yaml.MappingNode, reflect.Slice: yaml.SequenceNode}[t.Kind()]
	if wanted == 0 {
		wanted = yaml.ScalarNode
	}
	if n.Kind != wanted || t.Kind() == reflect.Bool && n.Tag != "!!bool" {
		got := strings.TrimPrefix(n.ShortTag(), "!!")
		s.refuse("target-wrong-kind", key, n.Line, "got", got, "wanted", kindName(t))
		return
	}
	switch t.Kind() {
	case reflect.Slice:
		for i, item := range n.Content {
			s.hold(item, t.Elem(), key+"["+strconv.Itoa(i)+"]", depth+1)
		}
	case reflect.Struct, reflect.Map:
		s.mapping(n, t, key, depth)
	}
}

func (s *shape) mapping(n *yaml.Node, t reflect.Type, prefix string, depth int) {
	fields := map[string]reflect.Type{}
	if t.Kind() == reflect.Struct {
		for field := range t.Fields() {
			fields[cmp.Or(field.Tag.Get("yaml"), strings.ToLower(field.Name))] = field.Type
		}
	}
	var names, seen []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	kept := make([]*yaml.Node, 0, len(n.Content)) // a key that stands there twice keeps the rest from being read
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, line := n.Content[i].Value, n.Content[i].Line
		key := strings.TrimPrefix(prefix+"."+name, ".")
		inner := fields[name]
		if t.Kind() == reflect.Map {
			inner = t.Elem()
		}
		switch {
		case slices.Contains(seen, name):
			s.refuse("target-key-twice", key, line)
			continue
		case inner == nil:
			s.refuse("target-unknown-key", key, line, "nearest", Nearest(name, names), "wanted", strings.Join(names, ", "))
		default:
			s.hold(n.Content[i+1], inner, key, depth+1)
		}
		seen, kept = append(seen, name), append(kept, n.Content[i], n.Content[i+1])
	}
	n.Content = kept
}

// kindName is what belongs into a place, in the terms of YAML.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "[A, B]"
	case reflect.Struct, reflect.Map:
		return "KEY: VALUE"
	case reflect.Bool:
		return "true, false"
	}
	return "TEXT"
}
