package guide

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gmailoauth/internal/words"
)

// address: where a sentence names a page; what ends the sentence is not part of it.
var address = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`https?://[^\s<>"'‹›]*[^\s<>"'‹›.,;:!?)]`) })

// prose cuts a sentence into its words and the addresses in it.
func prose(text string) []span {
	var spans []span
	at := 0
	for _, found := range address().FindAllStringIndex(text, -1) {
		if found[0] > at {
			spans = append(spans, span{Text: text[at:found[0]]})
		}
		here := strings.HasPrefix(text[found[0]:], "http://127.0.0.1") // where nobody answers but while we wait
		spans = append(spans, span{Text: text[found[0]:found[1]], Link: !here, Code: here})
		at = found[1]
	}
	if at < len(text) {
		spans = append(spans, span{Text: text[at:]})
	}
	return spans
}

type span struct {
	Text string
	Link bool
	Code bool // a command, to be typed as it stands
}

// proseWith is prose that names a command.
func proseWith(text, command string) []span {
	before, after, found := strings.Cut(text, command)
	if command == "" || !found {
		return prose(text)
	}
	return append(append(prose(before), span{Text: command, Code: true}), prose(after)...)
}

// long is how long a word may be before a narrow screen has to break it, in bytes.
const long = 24

// Parts cuts a text where a long word in it, which is an address, may go on in
// the next line. Joined, they are the text.
func (s span) Parts() []string {
	var parts []string
	begun, word := 0, 0
	for i, r := range s.Text {
		switch {
		case unicode.IsSpace(r):
			word = i + utf8.RuneLen(r)
		case strings.ContainsRune("/?&=", r) && i+1 < len(s.Text) && !strings.HasPrefix(s.Text[i:], "//") && !strings.HasSuffix(s.Text[:i], "/") && longWord(s.Text[word:]):
			parts, begun = append(parts, s.Text[begun:i+1]), i+1
		}
	}
	return append(parts, s.Text[begun:])
}

func longWord(text string) bool {
	end := strings.IndexFunc(text, unicode.IsSpace)
	return end > long || end < 0 && len(text) > long
}

// inline writes a sentence as Markdown that shows just these words.
func inline(text string) string { return inlineWith(text, "") }

// inlineWith writes one that names a command.
func inlineWith(text, command string) string {
	var b strings.Builder
	for _, s := range proseWith(oneLine(text), command) {
		switch {
		case s.Link:
			b.WriteString("<" + s.Text + ">")
		case s.Code:
			b.WriteString(code(s.Text))
		default:
			b.WriteString(escaper().Replace(s.Text))
		}
	}
	out := b.String()
	if list().MatchString(out) { // the sign is escaped, or what ends the number; --flag is none
		digits := len(out) - len(strings.TrimLeft(out, "0123456789"))
		out = out[:digits] + `\` + out[digits:]
	}
	return out
}

var escaper = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "&", "&amp;", "~", `\~`)
})

// list: what Markdown would take for a list or a heading at the beginning of a line.
var list = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([-+](\s|$)|#{1,6}(\s|$)|(-+|=+)\s*$|\d+[.)](\s|$))`)
})

func oneLine(text string) string { return strings.Join(words.Fields(text), " ") }

// code shows a value within a line; one that holds backquotes needs more around it.
func code(text string) string {
	text = oneLine(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// cellCode is code within a table, where a bar ends the cell even in code.
func cellCode(text string) string { return strings.ReplaceAll(code(text), "|", `\|`) }

// block shows a value alone on its lines, ready to be copied.
func block(indent, kind, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	var b strings.Builder
	b.WriteString(indent + fence + kind + "\n")
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight(indent+line, " ") + "\n")
	}
	b.WriteString(indent + fence + "\n")
	return b.String()
}
