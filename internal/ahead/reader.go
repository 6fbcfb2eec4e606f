package ahead

import "time"

// reader reads JSON that is written plainly, and gives up at everything else:
// its caller asks encoding/json then. Each method reports whether there was what
// it is named after.
type reader struct{ rest []byte }

func (r *reader) space() {
	for len(r.rest) > 0 && (r.rest[0] == ' ' || r.rest[0] == '\n' || r.rest[0] == '\t' || r.rest[0] == '\r') {
		r.rest = r.rest[1:]
	}
}

// next is a mark that is wanted.
func (r *reader) next(wanted byte) bool {
	r.space()
	if len(r.rest) == 0 || r.rest[0] != wanted {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *reader) ended() bool {
	r.space()
	return len(r.rest) == 0
}

// object has each of its keys, and what follows it, read by member.
func (r *reader) object(member func(key string) bool) bool {
	if !r.next('{') {
		return false
	}
	if r.next('}') {
		return true
	}
	for {
		var key string
		if !r.text(&key) || !r.next(':') || !member(key) {
			return false
		}
		if r.next('}') {
			return true
		}
		if !r.next(',') {
			return false
		}
	}
}

func (r *reader) texts() bool {
	if !r.next('[') {
		return false
	}
	if r.next(']') {
		return true
	}
	for r.text(new(string)) {
		if r.next(']') {
			return true
		}
		if !r.next(',') {
			return false
		}
	}
	return false
}

func (r *reader) text(into *string) bool {
	if !r.next('"') {
		return false
	}
	for i, c := range r.rest {
		switch {
		case c == '"':
			*into, r.rest = string(r.rest[:i]), r.rest[i+1:]
			return true
		case c == '\\' || c < ' ':
			return false
		}
	}
	return false
}

func (r *reader) instant(into *time.Time) bool {
	var text string
	return r.text(&text) && into.UnmarshalText([]byte(text)) == nil
}

// number: one that is whole, not negative, and fits whatever an int is.
func (r *reader) number(into *int) bool {
	r.space()
	n, length := 0, 0
	for length < len(r.rest) && length < 10 && '0' <= r.rest[length] && r.rest[length] <= '9' {
		n = 10*n + int(r.rest[length]-'0')
		length++
	}
	if length == 0 || length == 10 || r.rest[0] == '0' && length > 1 {
		return false
	}
	*into, r.rest = n, r.rest[length:]
	return true
}

func (r *reader) truth() bool {
	r.space()
	for _, word := range []string{"true", "false"} {
		if len(r.rest) >= len(word) && string(r.rest[:len(word)]) == word {
			r.rest = r.rest[len(word):]
			return true
		}
	}
	return false
}
