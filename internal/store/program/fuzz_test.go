package program

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Of what a program says, a short line is told that steers no terminal and holds
// nothing of what we keep.
func FuzzLastWords(f *testing.F) {
	for _, seed := range []string{"gpg: decryption failed: No secret key\n", "\x1b[31mError\x1b[0m: not signed in", `{"refresh_token":"1//x"}`, "a\r\nb\r\n", "\x1b]0;title\x07x", "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		got := lastWords(said)
		if strings.ContainsAny(got, "\x1b\n\r\x00\x7f{}") || len(got) > 300+len("…") || utf8.ValidString(said) && !utf8.ValidString(got) {
			t.Errorf("lastWords(%q) = %q", said, got)
		}
		if strings.Contains(got, "refresh_token") || strings.Contains(got, "client_secret") {
			t.Errorf("lastWords(%q) = %q, which may hold a secret", said, got)
		}
	})
}

// A command line splits into words, or does not; what was split can be joined
// and split again.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{`pass "a b" c`, `"C:\Program Files\x.exe" -v`, `a"b c"d`, `'open`, "a\nb", `""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := split(line)
		if err != nil {
			return
		}
		if again, err := split(Join(words)); err != nil || strings.Join(again, "\x00") != strings.Join(words, "\x00") {
			t.Errorf("split(%q) = %q, and of that joined %q, %v", line, words, again, err)
		}
	})
}
