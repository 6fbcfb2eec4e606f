package recipes

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	got, err := parse("a.md", "text\n```sh\nls\n```\n```yaml title=\"x/y.yml\"\na: 1\n\n```\n")
	if err != nil || len(got) != 2 || got[0] != (Snippet{"a.md", 2, "sh", "", "ls\n"}) || got[1] != (Snippet{"a.md", 5, "yaml", "x/y.yml", "a: 1\n\n"}) {
		t.Errorf("parse = %+v, %v", got, err)
	}
	for text, want := range map[string]string{
		"```\nls\n```\n":               "without a language",
		"```sh\nls\n":                  "never closed",
		"```yaml name=x\n- 1\n```\n\n": "without a language",
	} {
		if _, err := parse("a.md", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parse %q: %v, want %q", text, err, want)
		}
	}
}
