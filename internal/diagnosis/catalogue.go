package diagnosis

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"maps"
	"regexp"

	"go.yaml.in/yaml/v3"
)

//go:embed catalogue/*.yaml
var files embed.FS

// Catalogue is all that we can explain, in one language: an ordered list, the
// special before the general. It does not change: any goroutine may use it.
type Catalogue struct {
	entries []*entry
	words   wording
}

// entry is one refusal as it stands in the rules; its sentences stand in the
// wording of each language, under the same name.
type entry struct {
	Name     string  `yaml:"name"` // words joined by hyphens; also what explain takes
	Match    []*rule `yaml:"match"`
	Exit     int     `yaml:"exit"`
	Again    bool    `yaml:"again"`    // may pass within seconds: worth another try
	Link     string  `yaml:"link"`     // key of a page, for the caller's link function
	Command  string  `yaml:"command"`  // what mends it, with blanks
	Scenario string  `yaml:"scenario"` // what the sandbox plays to produce it, or "input: …"
	Source   string  `yaml:"source"`
	Checked  string  `yaml:"checked"` // YYYY-MM-DD
}

// rule is one way in which a refusal shows itself. Says is what a server or we
// ourselves say then: it is shown by explain, and the tests live on it.
type rule struct {
	Where  []string            `yaml:"where"`
	Code   []string            `yaml:"code"`   // one of them; "535*" begins with it
	Text   string              `yaml:"text"`   // regular expression on the words, in any case
	Status []string            `yaml:"status"` // 429, 500-599
	When   map[string][]string `yaml:"when"`   // facts: a value, * (known), - (not known), <7, >=7
	Says   string              `yaml:"says"`

	text *regexp.Regexp
}

type wording struct {
	Missing map[string]string   `yaml:"missing"` // what stands for a fact that is not known
	Entries map[string]sentence `yaml:"entries"`
}

type sentence struct {
	Error  string   `yaml:"error"`
	Causes []string `yaml:"causes"` // likeliest first
	Fix    string   `yaml:"fix"`
	More   string   `yaml:"more"`
	// Example holds what stands in the blanks when nobody was refused.
	Example map[string]string `yaml:"example"`
}

// Load reads the catalogue in a language. An error is ours: the files are
// embedded, and a test loads every language.
func Load(lang string) (*Catalogue, error) {
	c := &Catalogue{}
	parts := []string{"export", "input", "import", "fleet", "apply", "stores", "keyring", "vault", "warning", "federation", "delegation", "auth", "cloud", "doctor", "connect", "mail", "unknown"} // in the order of the search
	for _, part := range parts {
		var entries []*entry
		if err := decode("catalogue/"+part+".yaml", &entries); err != nil {
			return nil, err
		}
		c.entries = append(c.entries, entries...)
	}
	c.words.Entries, c.words.Missing = map[string]sentence{}, map[string]string{}
	for _, part := range parts {
		var words wording
		if err := decode("catalogue/"+part+"."+lang+".yaml", &words); err != nil {
			return nil, err
		}
		maps.Copy(c.words.Entries, words.Entries)
		maps.Copy(c.words.Missing, words.Missing)
	}
	return c, c.check()
}

func decode(name string, into any) error {
	data, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// check holds what explain relies on, and compiles the patterns.
func (c *Catalogue) check() error {
	var wrong []error
	for _, e := range c.entries {
		for _, r := range e.Match {
			if r.Text == "" {
				continue
			}
			pattern, err := regexp.Compile("(?is)" + r.Text)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", e.Name, err))
			}
			r.text = pattern
		}
		s := c.words.Entries[e.Name]
		if s.Error == "" || len(s.Causes) == 0 || s.Fix == "" || len(e.Match) == 0 || e.Exit == 0 {
			wrong = append(wrong, fmt.Errorf("%s: no rule, exit code or sentence", e.Name))
		}
	}
	return errors.Join(wrong...)
}

// Names lists the entries in the order of the search.
func (c *Catalogue) Names() []string {
	names := make([]string, 0, len(c.entries))
	for _, e := range c.entries {
		names = append(names, e.Name)
	}
	return names
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
