package diagnosis_test

import (
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// Every page that an entry sends people to is among what we know of Google, and
// what the sandbox is to play for it is among its scenarios.
func TestEntriesLeadSomewhere(t *testing.T) {
	c, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	linked := 0
	for _, name := range c.Names() {
		entry, _ := c.Entry(name, func(page string, facts map[string]string) string {
			address := google.Link(page, facts)
			if address == "" {
				t.Errorf("%s: no link %s among Google's facts", name, page)
			}
			linked++
			return address
		})
		if strings.HasPrefix(entry.Scenario, "input: ") {
			continue
		}
		for played := range strings.FieldsSeq(entry.Scenario) {
			if _, ok := scenario.Named(played); !ok {
				t.Errorf("%s: the sandbox has no scenario %s", name, played)
			}
		}
	}
	if linked < 30 {
		t.Errorf("%d entries have a link", linked)
	}
}
