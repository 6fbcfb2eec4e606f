package diagnosis

import (
	"slices"
	"strconv"
	"strings"
)

// Typical gives the refusal at a place by which an entry is known best: for a
// person who read it on a page that tells us nothing. It explains to that entry
// where no entry before it fits; false: the entry knows no refusal there.
func (c *Catalogue) Typical(name, where string) (*Symptom, bool) {
	for _, e := range c.entries {
		if e.Name != name {
			continue
		}
		for _, r := range e.Match {
			if !slices.Contains(r.Where, where) {
				continue
			}
			status, _, _ := strings.Cut(first(r.Status), "-")
			number, _ := strconv.Atoi(status) // none is 0
			return &Symptom{Where: where, Code: first(r.Code), Text: r.Says, Status: number}, true
		}
	}
	return nil, false
}
