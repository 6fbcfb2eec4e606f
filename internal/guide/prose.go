package guide

import (
	"regexp"
	"strings"
	"sync"

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
		spans = append(spans, span{Text: text[found[0]:found[1]], Link: true})
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
}

// inline writes a sentence as Markdown that shows just these words.
func inline(text string) string {
	var b strings.Builder
	for _, s := range prose(oneLine(text)) {
		if s.Link {
			b.WriteString("<" + s.Text + ">")
			continue
		}
		b.WriteString(escaper().Replace(s.Text))
	}
	out := b.String()
	if list().MatchString(out) { // the sign is escaped, or what ends the number
		digits := len(out) - len(strings.TrimLeft(out, "0123456789"))
		out = out[:digits] + `\` + out[digits:]
	}
	return out
}

var escaper = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "&", "&amp;", "~", `\~`)
})

// list: what Markdown would take for a list or a heading at the beginning of a line.
var list = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([-+#=]|\d+[.)])`) })

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
