package diagnosis

import (
	"regexp"
	"strings"
	"testing"
)

// An example is told with what is known, then what is said for it, then what
// the entry itself holds; what is only said makes no address and no command.
func TestExample(t *testing.T) {
	c := load(t)
	known := map[string]string{"account": "office@example.com", "project": "my-mail-123"}
	said := map[string]string{"redirect_uri": "‹the redirect URI›", "client_id": "‹the client ID›", "target": "NocoBase"}
	for _, row := range []struct {
		about, name string
		known, said map[string]string
		want, never string
	}{
		{"what is known", "other-account", known, nil, "office@example.com", "this mailbox"},
		{"also in a command", "other-account", known, nil, "gmailoauth authorize office@example.com", "EMAIL"},
		{"what is said", "redirect-uri-mismatch", known, said, "‹the redirect URI›", "REDIRECT_URI"},
		{"in no address", "client-deleted", known, said, "client", "client_id=‹"},
		{"the entry's own example", "client-of-wrong-type", nil, nil, "Desktop app", "see the help"},
		{"what is said goes before it", "client-of-wrong-type", nil, said, "NocoBase needs", "the application"},
		{"what a server says", "cloud-terms-not-accepted", nil, nil, "Callers must accept", "(no words)"},
		{"our own description is no server's word", "gcloud-failed", nil, nil, "(no words)", "ends with an error: a gcloud"},
	} {
		got, ok := c.Example(row.name, row.known, row.said, pageOf)
		text := got.Error + "\n" + got.Cause + "\n" + got.Fix
		if !ok || got.Name != row.name || !strings.Contains(text, row.want) || strings.Contains(text, row.never) {
			t.Errorf("%s: Example(%s) = %v\n%s\nwant %q in it, and not %q", row.about, row.name, ok, text, row.want, row.never)
		}
	}
	if _, ok := c.Example("no-such", nil, nil, nil); ok {
		t.Error("Example(no-such) is there")
	}
}

// An example in a language names what the sentences ask for, and nothing else.
func TestExamplesFit(t *testing.T) {
	blanks := regexp.MustCompile(`\{([a-z_]+)\}`)
	for _, lang := range []string{"en", "fr", "pl", "ro"} {
		c, err := Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		english := load(t).words.Entries
		for name, s := range c.words.Entries {
			asked := map[string]bool{}
			for _, b := range blanks.FindAllStringSubmatch(s.Error+s.Fix+s.More+strings.Join(s.Causes, ""), -1) {
				asked[b[1]] = true
			}
			for fact, value := range s.Example {
				if !asked[fact] || value == "" {
					t.Errorf("%s, %s: the example's %s is asked for by no sentence, or empty", lang, name, fact)
				}
			}
			if len(s.Example) != len(english[name].Example) {
				t.Errorf("%s, %s: the example holds %d words, in English %d", lang, name, len(s.Example), len(english[name].Example))
			}
		}
	}
}
