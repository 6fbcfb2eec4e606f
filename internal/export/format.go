package export

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
)

//go:embed formats/*/*
var formats embed.FS

// Kinds are what a format can be for, in the order in which they are listed.
func Kinds() []string {
	return []string{"mail-program", "mail-server", "command-line", "library", "deployment", "token-helper"}
}

// What a format needs of account and provider; it is refused without.
const (
	needsTokenCommand = "token-command" // a command that prints a fresh access token
	needsClient       = "client"        // client ID and secret
	needsRefreshToken = "refresh-token"
	needsIMAP         = "imap"
	needsSMTP         = "smtp"
	needsPOP3         = "pop3"
)

// Format is what is known of one program, library or system that can be told
// about a mailbox: a folder of formats, in one language.
type Format struct {
	Name    string
	Title   string // as its makers write it, in every language
	Kind    string // one of Kinds
	Summary string
	Needs   []string
	// Verified is nil where we have not seen it work: then the sources vouch.
	Verified *Verified
	Notes    []string // sentences for the admin, with blanks
	Sources  []playbook.Source

	files []fileData
	try   []string
	data  fs.FS // the folder
}

// Verified says with what, when and by which test a format was seen to work.
type Verified struct {
	With    string `yaml:"with" json:"with"`       // program and version
	Checked string `yaml:"checked" json:"checked"` // YYYY-MM-DD
	By      string `yaml:"by" json:"by"`           // test
	How     string `yaml:"how" json:"how"`         // "run": mail was read or sent with it; "parsed": the program read it and found no fault
}

// fileData is a file as format.yaml describes it. path is a template as well.
type fileData struct {
	Path     string `yaml:"path"`
	Mode     string `yaml:"mode"`
	Owner    string `yaml:"owner"` // user, service or root
	Template string `yaml:"template"`
	Comment  string `yaml:"comment"` // what begins a line of comment; empty: "#"
}

type formatData struct {
	Title    string            `yaml:"title"`
	Kind     string            `yaml:"kind"`
	Needs    []string          `yaml:"needs"`
	Files    []fileData        `yaml:"files"`
	Try      []string          `yaml:"try"`
	Notes    []string          `yaml:"notes"`
	Verified *Verified         `yaml:"verified"`
	Sources  []playbook.Source `yaml:"sources"`
}

type formatText struct {
	Summary string            `yaml:"summary"`
	Notes   map[string]string `yaml:"notes"`
}

// Formats lists the names of the formats, sorted.
func Formats() []string {
	entries, err := formats.ReadDir("formats")
	if err != nil {
		panic(err) // embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// LoadFormat reads a format of Formats in a language. An error is ours: the
// files are embedded, and a test loads every format in every language.
func LoadFormat(name, lang string) (*Format, error) {
	folder, err := fs.Sub(formats, path.Join("formats", name))
	if err != nil {
		return nil, err
	}
	return readFormat(folder, name, lang)
}

func readFormat(folder fs.FS, name, lang string) (*Format, error) {
	var d formatData
	var t formatText
	if err := errors.Join(decode(folder, "format.yaml", &d), decode(folder, "text."+lang+".yaml", &t)); err != nil {
		return nil, fmt.Errorf("format %s: %w", name, err)
	}
	f := &Format{Name: name, Title: d.Title, Kind: d.Kind, Summary: t.Summary, Needs: d.Needs, Verified: d.Verified,
		Sources: d.Sources, files: d.Files, try: d.Try, data: folder}
	var wrong []error
	for _, id := range d.Notes {
		if t.Notes[id] == "" {
			wrong = append(wrong, fmt.Errorf("no note %s in %s", id, lang))
		}
		f.Notes = append(f.Notes, t.Notes[id])
	}
	if len(t.Notes) != len(d.Notes) {
		wrong = append(wrong, fmt.Errorf("notes in %s that format.yaml does not name", lang))
	}
	known := []string{needsTokenCommand, needsClient, needsRefreshToken, needsIMAP, needsSMTP, needsPOP3}
	for _, need := range d.Needs {
		if !slices.Contains(known, need) {
			wrong = append(wrong, fmt.Errorf("needs %s: unknown", need))
		}
	}
	for _, file := range d.Files {
		if file.Path == "" || file.Template == "" || file.Mode == "" || !slices.Contains([]string{"user", "service", "root"}, file.Owner) {
			wrong = append(wrong, fmt.Errorf("file %s: path, mode, owner or template", file.Path))
		}
	}
	if f.Title == "" || f.Summary == "" || !slices.Contains(Kinds(), f.Kind) || len(f.Sources) == 0 || len(f.files) == 0 {
		wrong = append(wrong, errors.New("title, summary, kind, sources or files"))
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("format %s: %w", name, errors.Join(wrong...))
	}
	return f, nil
}

func decode(folder fs.FS, name string, into any) error {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err == nil && wide(&document) {
		return fmt.Errorf("%s: a mapping has more than %d keys", name, mostKeys)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// mostKeys may stand in one mapping: the library holds each against each other.
const mostKeys = 1000

// wide reports whether a mapping has more keys than that.
func wide(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && len(n.Content) > 2*mostKeys || slices.ContainsFunc(n.Content, wide)
}

// Secret reports whether secrets stand in the files of the format.
func (f *Format) Secret() bool {
	return slices.Contains(f.Needs, needsClient) || slices.Contains(f.Needs, needsRefreshToken)
}

// refuse is a Symptom at input that names the format.
func (f *Format) refuse(code string, pairs ...string) error {
	return (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code}).With(append(pairs, "value", f.Name)...)
}
