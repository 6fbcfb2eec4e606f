package secret

import "strings"

// shapesIn finds what is named or shaped like a secret, whoever's it is.
// Google's shapes: access ya29.…, refresh 1//…, client secret GOCSPX-…, code 4/0….
// Source: developers.google.com/identity/protocols/oauth2 (examples; seen 2026-11-20).
func shapesIn(s string) []span {
	var found []span
	for i := 0; i < len(s); i++ {
		var from, to int
		switch s[i] {
		case '=', ':', '%':
			from, to = namedAt(s, i)
		case 'y', '1', 'G', '4':
			from, to = prefixedAt(s, i)
		case 'b', 'B':
			from, to = bearerAt(s, i)
		}
		if to > from {
			found = append(found, span{from, to})
			i = to - 1
		}
	}
	return found
}

// prefixes are Google's own, as they stand, percent-encoded and in JSON that
// escapes slashes; least is how many letters must follow.
var prefixes = []struct {
	text  string
	least int
}{
	{"ya29.", 8}, {"GOCSPX-", 8},
	{"1//", 12}, {"1%2F%2F", 12}, {"1%2f%2f", 12}, {`1\/\/`, 12},
	{"4/0", 12}, {"4%2F0", 12}, {"4%2f0", 12}, {`4\/0`, 12},
}

func prefixedAt(s string, i int) (from, to int) {
	if i > 0 && inWord(s[i-1]) && !afterEscape(s, i) {
		return 0, 0
	}
	for _, p := range prefixes {
		if !strings.HasPrefix(s[i:], p.text) {
			continue
		}
		end := tokenEnd(s, i+len(p.text))
		if end-i-len(p.text) >= p.least {
			return i, end
		}
	}
	return 0, 0
}

// afterEscape reports whether s[:i] ends in a percent escape, as in code%3D4%2F0….
func afterEscape(s string, i int) bool { return i >= 3 && s[i-3] == '%' }

// bearerAt finds the credentials of an Authorization header or a SASL string.
// "Bearer authentication" and Bearer realm="…" are words, and stay.
func bearerAt(s string, i int) (from, to int) {
	at := i
	for _, scheme := range []string{"bearer", "basic"} {
		if len(s)-i > len(scheme) && strings.EqualFold(s[i:i+len(scheme)], scheme) {
			at = i + len(scheme)
			break
		}
	}
	if at == i {
		return 0, 0
	}
	from = at
	for from < len(s) && (s[from] == ' ' || s[from] == '\t' || s[from] == '+') {
		from++
	}
	for strings.HasPrefix(s[from:], "%20") {
		from += 3
	}
	if from == at {
		return 0, 0
	}
	to = tokenEnd(s, from)
	for to < len(s) && s[to] == '=' {
		to++
	}
	credential := s[from:to]
	if len(credential) < 8 || len(credential) < 20 && !strings.ContainsAny(credential, "0123456789._") {
		return 0, 0
	}
	if strings.HasSuffix(credential, "=") && to < len(s) && s[to] == '"' {
		return 0, 0
	}
	return from, to
}

func tokenEnd(s string, at int) int {
	for at < len(s) && (inWord(s[at]) || strings.IndexByte("-./+~%", s[at]) >= 0 ||
		s[at] == '\\' && at+1 < len(s) && s[at+1] == '/') {
		at++
	}
	return at
}

// names of what is secret; least is from how many bytes on: words like "code"
// name much else.
var names = []struct {
	text  string
	least int
}{
	{"access_token", 1}, {"refresh_token", 1}, {"id_token", 1}, {"client_secret", 1},
	{"code_verifier", 1}, {"assertion", 1}, {"password", 1},
	{"token", 16}, {"secret", 16}, {"code", 16},
}

// namedAt finds the value when s[i] separates it from such a name: in a form or
// an address (name=value, also percent-encoded), in JSON and its like
// ("name": "value", also escaped within other text).
func namedAt(s string, i int) (from, to int) {
	from = i + 1
	if s[i] == '%' {
		if !strings.HasPrefix(s[from:], "3D") && !strings.HasPrefix(s[from:], "3d") {
			return 0, 0
		}
		from += 2
	}
	least, ok := nameBefore(s[:i])
	if !ok {
		return 0, 0
	}
	for from < len(s) && (s[from] == ' ' || s[from] == '\t') && s[i] == ':' {
		from++
	}
	if quote := quoteAt(s[from:]); quote != "" {
		from += len(quote)
		to = quotedEnd(s, from, quote)
	} else if s[i] == ':' {
		return 0, 0
	} else {
		to = plainEnd(s, from)
	}
	if to-from < least {
		return 0, 0
	}
	return from, to
}

func nameBefore(s string) (least int, ok bool) {
	s = strings.TrimRight(s[max(0, len(s)-40):], " \t")
	for _, quote := range quotes {
		if cut, ok := strings.CutSuffix(s, quote); ok {
			s = cut
			break
		}
	}
	for _, name := range names {
		if len(s) >= len(name.text) && strings.EqualFold(s[len(s)-len(name.text):], name.text) {
			return name.least, true
		}
	}
	return 0, false
}

// quotes, the longer before those that they end in.
var quotes = []string{`\\\"`, `\"`, `"`, `'`, "&quot;", "&#34;", "%22"}

func quoteAt(s string) string {
	for _, quote := range quotes {
		if strings.HasPrefix(s, quote) {
			return quote
		}
	}
	return ""
}

// quotedEnd is where the quote closes, or the end: what was cut off is hidden
// as well.
func quotedEnd(s string, from int, quote string) int {
	for at := from; at < len(s); at++ {
		switch {
		case strings.HasPrefix(s[at:], quote):
			return at
		case s[at] == '\\' && quote == `"`:
			at++
		}
	}
	return len(s)
}

func plainEnd(s string, at int) int {
	for at < len(s) && s[at] > ' ' && strings.IndexByte("&\"'<>;,`", s[at]) < 0 && !strings.HasPrefix(s[at:], "%26") {
		at++
	}
	return at
}
