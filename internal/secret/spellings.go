package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// spelling is one way in which a secret is written.
type spelling struct {
	text   string
	base64 bool // the letters around it belong to it
}

// spellings are the ways in which a text travels: forms and addresses, JSON,
// HTML, base64.
func spellings(text string) []spelling {
	clear := []string{text}
	if !isUnreserved(text) {
		clear = append(clear, url.QueryEscape(text), url.PathEscape(text), strings.ReplaceAll(text, "/", `\/`))
		for _, s := range clear[1:3] {
			clear = append(clear, lowerHex(s))
		}
	}
	if !isPlain(text) {
		ascii := strconv.QuoteToASCII(text)
		clear = append(clear, html.EscapeString(text), ascii[1:len(ascii)-1],
			inJSON(text, true), inJSON(text, false), strings.ReplaceAll(inJSON(text, false), "/", `\/`))
	}
	var all []spelling
	for _, s := range clear {
		all = append(all, spelling{text: s})
	}
	for _, core := range base64Cores(text) {
		all = append(all, spelling{core, true})
		if !isUnreserved(core) {
			escaped := url.QueryEscape(core)
			all = append(all, spelling{escaped, true}, spelling{lowerHex(escaped), true})
		}
	}
	return slices.Compact(all)
}

// isUnreserved reports whether a text is the same in an address (RFC 3986, section
// 2.3), as most tokens are.
func isUnreserved(text string) bool {
	for _, b := range []byte(text) {
		if !isAlnum(b) && b != '-' && b != '.' && b != '_' && b != '~' {
			return false
		}
	}
	return true
}

// isPlain reports whether a text is the same between quotation marks, in HTML,
// and, but for slashes, in JSON.
func isPlain(text string) bool {
	for _, b := range []byte(text) {
		if b < ' ' || b > '~' || strings.IndexByte(`"'\<>&`, b) >= 0 {
			return false
		}
	}
	return true
}

// base64Cores are the letters of base64 that depend on text alone, for each
// place in a group of three bytes at which it may begin, in both alphabets.
func base64Cores(text string) []string {
	var cores []string
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		first := (before*8 + 5) / 6 // the first letter with no bit of what stands before
		last := len(padded) * 8 / 6 // behind the last letter with no bit of what follows
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			cores = append(cores, alphabet.EncodeToString(padded)[first:last])
		}
	}
	return cores
}

func inJSON(text string, escapeHTML bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	if e.Encode(text) != nil { // a string always encodes
		return text
	}
	return b.String()[1 : b.Len()-2]
}

// lowerHex writes the digits of percent escapes in lower case, as some do.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// index finds spellings by their tails.
type index struct {
	byTail map[uint64][]spelling
	gone   int             // spellings removed since the filter was made
	filter [1 << 10]uint64 // a bit for each hash of a tail: at most bytes of a text nothing can end
}

func (x *index) add(s spelling) {
	if x.byTail == nil {
		x.byTail = map[uint64][]spelling{}
	}
	key := tailOf(s.text)
	x.byTail[key] = append(x.byTail[key], s)
	h := hash(key)
	x.filter[h>>6] |= 1 << (h & 63)
}

// endingAt gives the longest spelling with which s ends; key is the tail of s.
func (x *index) endingAt(s string, key uint64) (longest spelling, ok bool) {
	if h := hash(key); x.filter[h>>6]&(1<<(h&63)) == 0 {
		return spelling{}, false
	}
	for _, one := range x.byTail[key] {
		if len(one.text) > len(longest.text) && strings.HasSuffix(s, one.text) {
			longest, ok = one, true
		}
	}
	return longest, ok
}

// sasl finds the strings of XOAUTH2 and OAUTHBEARER in base64, whoever's they are.
var sasl = sync.OnceValue(func() *index {
	x := new(index)
	for _, text := range []string{"auth=Bearer ", "auth=bearer "} {
		for _, core := range base64Cores(text) {
			x.add(spelling{core, true})
		}
	}
	return x
})

const tailMask = 1<<(8*tail) - 1

func tailOf(s string) uint64 {
	var key uint64
	for _, b := range []byte(s[len(s)-tail:]) {
		key = key<<8 | uint64(b)
	}
	return key
}

// hash gives 16 bits of a tail (multiplicative hashing with 2^64 over the golden ratio).
func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> 48 }

func isAlnum(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}

func inWord(b byte) bool { return isAlnum(b) || b == '_' }

// inBase64 holds for both alphabets, and for what percent-encoding makes of them.
func inBase64(b byte) bool {
	return isAlnum(b) || b == '+' || b == '/' || b == '-' || b == '_' || b == '=' || b == '%'
}
