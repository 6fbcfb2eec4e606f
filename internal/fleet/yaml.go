package fleet

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
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
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if seen[key.Value] {
			return wrong("fleet-unknown-key", f.name, key.Line, "key", key.Value, "wanted", fileKeys)
		}
		seen[key.Value] = true
		if key.Value == "mailboxes" {
			boxes = value
			continue
		}
		known, err := f.set(&common, key, value)
		if err != nil {
			return err
		}
		if !known || key.Value == "account" {
			return wrong("fleet-unknown-key", f.name, key.Line, "key", key.Value, "wanted", fileKeys)
		}
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
	fileKeys = "target, store, protocols, mailboxes"
	boxKeys  = "account, target, store, protocols"
)

// list reads mailboxes: an address, or a mapping with one.
func (f *file) list(boxes *yaml.Node, common Entry) error {
	for _, box := range boxes.Content {
		e := common
		e.Line = box.Line
		switch box.Kind {
		case yaml.ScalarNode:
			e.Account = box.Value
		case yaml.MappingNode:
			if err := f.box(&e, box); err != nil {
				return err
			}
		default:
			return wrong("fleet-bad-value", f.name, box.Line, "key", "mailboxes", "wanted", "- office@example.com")
		}
		if err := f.add(e); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) box(e *Entry, box *yaml.Node) error {
	seen := map[string]bool{}
	for i := 0; i+1 < len(box.Content); i += 2 {
		key, value := box.Content[i], box.Content[i+1]
		known, err := f.set(e, key, value)
		if err != nil {
			return err
		}
		if !known || seen[key.Value] {
			return wrong("fleet-unknown-key", f.name, key.Line, "key", key.Value, "wanted", boxKeys)
		}
		seen[key.Value] = true
	}
	return nil
}

// set reads one key of a mailbox, and says whether there is such a key.
func (f *file) set(e *Entry, key, value *yaml.Node) (known bool, err error) {
	texts := map[string]*string{"account": &e.Account, "target": &e.Target, "store": &e.Store}
	switch text := texts[key.Value]; {
	case text != nil && value.Kind != yaml.ScalarNode:
		return true, wrong("fleet-bad-value", f.name, value.Line, "key", key.Value, "wanted", key.Value+": …")
	case text != nil:
		*text = value.Value
		return true, nil
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
