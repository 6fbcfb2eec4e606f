package program

import (
	"bytes"
	"errors"
	"strings"
)

// split makes words of a command line. Between quotes every character stands for
// itself, the backslash everywhere.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false
	quote := byte(0)
	for i := range len(line) { // bytes: what has a meaning is ASCII, and a path may be no UTF-8
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, inWord = c, true
		case c == ' ' || c == '\t':
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		case c < ' ':
			return nil, errors.New("a control character")
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, errors.New("a quote is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// Join is what New splits again into the same words.
func Join(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		switch {
		case word != "" && !strings.ContainsFunc(word, func(c rune) bool { return c <= ' ' || c == '"' || c == '\'' }):
			quoted[i] = word
		case !strings.Contains(word, `"`):
			quoted[i] = `"` + word + `"`
		default: // both kinds: each piece in quotes of the other kind
			quoted[i] = `'` + strings.ReplaceAll(word, `'`, `'"'"'`) + `'`
		}
	}
	return strings.Join(quoted, " ")
}

// lastWords is the last line that says something, cut where a line of a message
// has its end. It is shortened, not cleaned: it may have a secret in it that only
// the program knew, so a line that looks like what we keep is left out.
func lastWords(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	last := strings.ToValidUTF8(strings.TrimSpace(lines[len(lines)-1]), "") // before it is looked at: what is left out joins what is around it
	if strings.ContainsAny(last, "{}") || strings.Contains(last, "_token") || strings.Contains(last, "client_secret") {
		return "(a line that may hold a secret)"
	}
	const longest = 300
	if len(last) > longest {
		last = strings.ToValidUTF8(last[:longest], "") + "…"
	}
	return plain(last)
}

// plain leaves out what steers a terminal: colours and the like.
func plain(line string) string {
	inSequence := false
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\x1b':
			inSequence = true
			return -1
		case inSequence:
			inSequence = c == '[' || c < '@' || c > '~'
			return -1
		case c < ' ' || c == 0x7f:
			return -1
		}
		return c
	}, line)
}

// limited keeps what a program says up to a size no text of ours comes near; the
// rest is read and dropped, so that the program can end.
type limited struct {
	kept bytes.Buffer
	over bool
}

const limit = 1 << 20

// Write is that of io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if l.kept.Len()+len(p) > limit {
		l.over = true
		return len(p), nil
	}
	return l.kept.Write(p)
}
