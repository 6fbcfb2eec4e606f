package guide

import (
	"strings"
	"testing"
)

func TestInline(t *testing.T) {
	for text, want := range map[string]string{
		"See https://example.com/a_b, then (https://example.com/c).": "See <https://example.com/a_b>, then (<https://example.com/c>).",
		"client_secret_….json | *":                                   `client\_secret\_….json \| \*`,
		"+ Add key":                                                  `\+ Add key`,
		"1. first":                                                   `1\. first`,
		"--flag FILE":                                                "--flag FILE",
		"-12 degrees, #1, 2.5":                                       "-12 degrees, #1, 2.5",
		"---":                                                        `\---`,
		"## 2":                                                       `\## 2`,
		"a\nb":                                                       "a b",
		"[x](y) <b> `c`":                                             "\\[x\\](y) &lt;b&gt; \\`c\\`",
	} {
		if got := inline(text); got != want {
			t.Errorf("inline(%q) = %q, want %q", text, got, want)
		}
	}
	if got, want := inlineWith("Run it again: gmailoauth authorize EMAIL --no-browser *", "gmailoauth authorize EMAIL --no-browser"), "Run it again: `gmailoauth authorize EMAIL --no-browser` \\*"; got != want {
		t.Errorf("inlineWith = %q, want %q", got, want)
	}
	if got, want := code("a`b"), "``a`b``"; got != want {
		t.Errorf("code = %q, want %q", got, want)
	}
	if got, want := block("  ", "text", "a```b"), "  ````text\n  a```b\n  ````\n"; got != want {
		t.Errorf("block = %q, want %q", got, want)
	}
}

// A long address may go on in the next line where it has a sign for it, and nowhere else.
func TestParts(t *testing.T) {
	for text, want := range map[string]string{
		"short a/b": "short a/b",
		"See https://console.cloud.google.com/auth/branding?project=my-mail-123&authuser=a": "See https://console.cloud.google.com/|auth/|branding?|project=|my-mail-123&|authuser=|a",
		"see support.google.com/cloud/answer/15549049; and/or":                              "see support.google.com/|cloud/|answer/|15549049; and/or",
	} {
		parts := span{Text: text}.Parts()
		if got := strings.Join(parts, "|"); got != want || strings.Join(parts, "") != text {
			t.Errorf("%q is cut into %q, want %q", text, got, want)
		}
	}
}
