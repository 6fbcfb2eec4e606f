package diagnosis

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// longest is how much of one fact a sentence repeats, in runes: a server may
// babble.
const longest = 300

var blank = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[a-z_]+\}`) })

// fill puts facts into the blanks of a sentence, and general words where a fact
// is not known. A value is never searched for blanks of its own: servers choose
// what they say.
func fill(text string, facts, missing map[string]string) string {
	return blank().ReplaceAllStringFunc(strings.TrimSpace(text), func(b string) string {
		name := strings.Trim(b, "{}")
		if value := printable(facts[name]); value != "" {
			return value
		}
		if value, ok := missing[name]; ok {
			return value
		}
		return "?"
	})
}

var harmless = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._@+/:=,%-]+$`) })

// fillCommand fills a command that a person will paste into a shell: what the
// shell might read otherwise is quoted, and a blank without a value is its name
// in capitals.
func fillCommand(command string, facts map[string]string) string {
	return blank().ReplaceAllStringFunc(command, func(b string) string {
		name := strings.Trim(b, "{}")
		value := printable(facts[name])
		switch {
		case value == "" && name == "account":
			return "EMAIL"
		case value == "":
			return strings.ToUpper(name)
		case name == "suggestion", // words of a command of ours
			harmless().MatchString(value) && !strings.HasPrefix(value, "-"):
			return value
		}
		return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	})
}

// printable makes a line that a terminal can be trusted with: white space is one
// space, what steers a terminal or turns the direction of writing is left out,
// and what is too long is cut.
func printable(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
