package secret

import (
	"slices"
	"strings"
	"sync"
)

// Redactor takes known secrets, and what has the shape of one, out of text. Any
// goroutine may use it. The zero Redactor knows shapes only. It must not be
// copied once used.
type Redactor struct {
	mu      sync.RWMutex
	told    []string        // by Hide, and not looked at yet: most runs clean nothing
	known   map[string]bool // every spelling
	index   index           // of those that are long enough
	short   []string        // secrets that are replaced only as whole words
	longest int             // of all spellings, in bytes
}

// tail is how many of a spelling's last bytes it is found by. The last ones,
// since the first ones are alike in all tokens of a kind. Secrets that are
// shorter are replaced only as whole words.
const tail = 6

// Hide makes r know these secrets from now on, in every spelling in which they
// travel. Secrets of fewer than six bytes are known as whole words only.
func (r *Redactor) Hide(texts ...Text) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range texts {
		if !t.IsZero() {
			r.told = append(r.told, t.Reveal())
		}
	}
}

// reading locks r for reading, all that it was told learnt.
func (r *Redactor) reading() (done func()) {
	for {
		r.mu.RLock()
		if len(r.told) == 0 {
			return r.mu.RUnlock
		}
		r.mu.RUnlock()
		r.mu.Lock()
		for _, text := range r.told {
			r.learn(text)
		}
		r.told = nil
		r.mu.Unlock()
	}
}

func (r *Redactor) learn(text string) {
	if r.known[text] {
		return
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	if len(text) < tail {
		r.known[text] = true
		r.longest = max(r.longest, len(text))
		r.short = append(r.short, text)
	}
	for _, s := range spellings(text) {
		r.add(s)
	}
}

func (r *Redactor) add(s spelling) {
	if len(s.text) < tail || r.known[s.text] {
		return
	}
	r.known[s.text] = true
	r.longest = max(r.longest, len(s.text))
	r.index.add(s)
}

// Clean gives s with [Dots] in the place of secrets: those known to r in clear,
// percent-encoded, JSON- or HTML-escaped or in base64 wherever they stand in
// it; and whatever is named or shaped like a token. Cleaning twice changes
// nothing more.
func (r *Redactor) Clean(s string) string {
	defer r.reading()()
	for {
		next := replace(s, r.spans(s))
		if next == s {
			return s // Dots may have made a new shape with its neighbours, but no longer
		}
		s = next
	}
}

// span is a piece of text, s[from:to].
type span struct{ from, to int }

// spans are the pieces to replace, in order and apart. What touches Dots that
// are there already takes them in.
func (r *Redactor) spans(s string) []span {
	found := append(r.knownIn(s), shapesIn(s)...)
	if len(found) == 0 {
		return nil
	}
	for at := 0; ; {
		i := strings.Index(s[at:], Dots)
		if i < 0 {
			break
		}
		found = append(found, span{at + i, at + i + len(Dots)})
		at += i + len(Dots)
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	merged := found[:1]
	for _, next := range found[1:] {
		last := &merged[len(merged)-1]
		if next.from > last.to {
			merged = append(merged, next)
			continue
		}
		last.to = max(last.to, next.to)
	}
	return merged
}

// knownIn finds what Hide was told, and SASL strings in base64.
func (r *Redactor) knownIn(s string) []span {
	var found, words []span
	for _, word := range r.short {
		words = append(words, wordsIn(s, word)...)
	}
	strangers := sasl()
	var key uint64
	taken := 0 // up to here
	for end := 1; end <= len(s); end++ {
		key = (key<<8 | uint64(s[end-1])) & tailMask
		hit, ok := r.index.endingAt(s[:end], key)
		if !ok {
			hit, ok = strangers.endingAt(s[:end], key)
		}
		if !ok {
			continue
		}
		from, to := end-len(hit.text), end
		if hit.base64 {
			from, to = wholeRun(s, min(from, taken), from, to)
		}
		found = append(found, span{from, to})
		for taken = to; end < to; end++ { // the run is taken: go on behind it
			key = (key<<8 | uint64(s[end])) & tailMask
		}
	}
	return append(found, words...)
}

// wholeRun widens a find to all base64 around it, so that neither the bits of a
// secret that share a letter with their neighbours nor its company stay.
func wholeRun(s string, floor, from, to int) (int, int) {
	for from > floor && inBase64(s[from-1]) && s[from-1] != '=' {
		from--
	}
	for to < len(s) && inBase64(s[to]) {
		to++
	}
	return from, to
}

func wordsIn(s, word string) []span {
	var found []span
	for at := 0; ; {
		i := strings.Index(s[at:], word)
		if i < 0 {
			return found
		}
		from, to := at+i, at+i+len(word)
		if (from == 0 || !inWord(s[from-1])) && (to == len(s) || !inWord(s[to])) {
			found = append(found, span{from, to})
		}
		at = from + 1
	}
}

func replace(s string, spans []span) string {
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, p := range spans {
		b.WriteString(s[at:p.from])
		b.WriteString(Dots)
		at = p.to
	}
	b.WriteString(s[at:])
	return b.String()
}
