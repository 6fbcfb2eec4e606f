package fleet

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// readYAML reads a list of mailboxes, or a mapping that has one below mailboxes
// and beside it what holds for all of them.
func (f *file) readYAML(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return f.notYAML(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return wrong("fleet-damaged", f.name, document.Line)
	}
	root := document.Content[0]
	switch root.Kind {
	case yaml.SequenceNode:
		return f.list(root, Entry{})
	case yaml.MappingNode:
		return f.mapping(root)
	case yaml.ScalarNode:
		if root.Tag == "!!null" {
			return nil
		}
	}
	return wrong("fleet-damaged", f.name, root.Line)
}

// mapping reads the form with mailboxes in it. The rest holds for all of them,
// wherever it stands.
func (f *file) mapping(root *yaml.Node) error {
	var common Entry
	var boxes *yaml.Node
	seen := lines{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if seen[key.Value] > 0 {
			return wrong("fleet-unknown-key", f.name, key.Line, "key", key.Value, "wanted", fileKeys)
		}
		seen[key.Value] = key.Line
		if key.Value == "mailboxes" {
			boxes = value
			continue
		}
		known, err := f.set(&common, key, value)
		if err != nil {
			return err
		}
		if !known || key.Value == "account" {
			return f.unknownKey(key.Value, fileKeys, key.Line)
		}
	}
	if err := f.forAll(common.Access, seen.of(root.Line)); err != nil {
		return err
	}
	if boxes == nil || boxes.Kind != yaml.SequenceNode {
		if boxes != nil && boxes.Tag != "!!null" {
			return wrong("fleet-bad-value", f.name, boxes.Line, "key", "mailboxes", "wanted", "- office@example.com")
		}
		return nil
	}
	return f.list(boxes, common)
}

const (
	fileKeys = "target, store, protocols, " + accessKeys + ", mailboxes"
	boxKeys  = tableKeys
)

// lines are where the keys of a mapping stand.
type lines map[string]int

// of looks them up; what has no key there stands where the mapping does.
func (l lines) of(mapping int) func(key string) int {
	return func(key string) int { return cmp.Or(l[key], mapping) }
}

// list reads mailboxes: an address, or a mapping with one.
func (f *file) list(boxes *yaml.Node, common Entry) error {
	for _, box := range boxes.Content {
		e := common
		e.Line, e.Access = box.Line, Access{}
		seen := lines{}
		switch box.Kind {
		case yaml.ScalarNode:
			e.Account = box.Value
		case yaml.MappingNode:
			if err := f.box(&e, box, seen); err != nil {
				return err
			}
		default:
			return wrong("fleet-bad-value", f.name, box.Line, "key", "mailboxes", "wanted", "- office@example.com")
		}
		if err := f.add(e, common.Access, seen.of(box.Line)); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) box(e *Entry, box *yaml.Node, seen lines) error {
	for i := 0; i+1 < len(box.Content); i += 2 {
		key, value := box.Content[i], box.Content[i+1]
		known, err := f.set(e, key, value)
		if err != nil {
			return err
		}
		if !known || seen[key.Value] > 0 {
			return f.unknownKey(key.Value, boxKeys, key.Line)
		}
		seen[key.Value] = key.Line
	}
	return nil
}

// set reads one key of a mailbox, and says whether there is such a key.
func (f *file) set(e *Entry, key, value *yaml.Node) (known bool, err error) {
	texts := map[string]*string{"account": &e.Account, "target": &e.Target, "store": &e.Store}
	switch text := texts[key.Value]; {
	case (text != nil || isAccess(key.Value)) && value.Kind != yaml.ScalarNode:
		return true, wrong("fleet-bad-value", f.name, value.Line, "key", key.Value, "wanted", key.Value+": …")
	case text != nil:
		*text = value.Value
		return true, nil
	case isAccess(key.Value):
		return true, f.setAccess(e, key.Value, strings.TrimSpace(value.Value), value.Line)
	case key.Value != "protocols":
		return false, nil
	}
	var names []string
	if err := value.Decode(&names); err != nil || len(names) == 0 {
		return true, wrong("fleet-bad-value", f.name, value.Line, "key", key.Value, "wanted", "[imap, smtp, pop3]")
	}
	e.Protocols, err = f.protocols(value.Line, names)
	return true, err
}

// lineInError finds the line that the library names in its words.
var lineInError = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+)`) })

func (f *file) notYAML(err error) error {
	line := 1
	if m := lineInError().FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	symptom := wrong("fleet-damaged", f.name, line)
	symptom.Err = err
	return symptom
}
