package words

import "testing"

// What is joined of several texts has the signs of its language.
func TestJoined(t *testing.T) {
	for lang, want := range map[string][2]string{
		"en": {"IMAP: {text}", "open; {first}"}, "fr": {"IMAP\u00a0: {text}", "open\u00a0; {first}"},
		"pl": {"IMAP: {text}", "open; {first}"}, "ro": {"IMAP: {text}", "open; {first}"},
	} {
		w := load(t, lang)
		if got := [2]string{w.Colon("IMAP", "{text}"), w.Semicolon("open", "{first}")}; got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}
