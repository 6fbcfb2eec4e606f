package diagnosis

import (
	"maps"
	"slices"
	"strings"
)

// Entry is an entry as explain shows it: no symptom is at hand, so blanks hold
// what the entry gives for an example, else general words.
type Entry struct {
	Diagnosis
	Where    []string // places, At…
	Says     []string // words by which it is known
	Scenario string
}

// Entry gives an entry by name.
func (c *Catalogue) Entry(name string, link Link) (Entry, bool) {
	for _, e := range c.entries {
		if e.Name != name {
			continue
		}
		shown := Entry{Diagnosis: c.diagnose(e, &Symptom{}, c.words.Entries[e.Name].Example, link), Scenario: e.Scenario}
		for _, r := range e.Match {
			for _, where := range r.Where {
				if !slices.Contains(shown.Where, where) {
					shown.Where = append(shown.Where, where)
				}
			}
			says := strings.TrimSpace(first(r.Code) + " " + r.Says)
			if says != "" && !slices.Contains(shown.Says, says) {
				shown.Says = append(shown.Says, says)
			}
		}
		return shown, true
	}
	return Entry{}, false
}

// Example gives an entry as it would be told to somebody who met it, for those
// who want to know before. Known holds facts that are known already: they stand
// in sentences, addresses and commands, as in a symptom. Said holds words for
// other blanks of sentences: an address or a command is never made of them.
// What neither gives, the entry's own example does. What a server says is taken
// from its rules.
func (c *Catalogue) Example(name string, known, said map[string]string, link Link) (Diagnosis, bool) {
	for _, e := range c.entries {
		if e.Name != name {
			continue
		}
		words := map[string]string{}
		maps.Copy(words, c.words.Entries[name].Example)
		maps.Copy(words, said)
		return c.diagnose(e, &Symptom{Facts: known, Text: e.serverSays()}, words, link), true
	}
	return Diagnosis{}, false
}

// serverSays are the first words by which an entry is known, in quotation marks,
// if they are a server's own, which the sandbox can play, and no description of ours.
func (e *entry) serverSays() string {
	if strings.HasPrefix(e.Scenario, "input: ") {
		return ""
	}
	for _, r := range e.Match {
		if r.Says != "" {
			return "“" + r.Says + "”"
		}
	}
	return ""
}
