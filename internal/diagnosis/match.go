package diagnosis

import (
	"slices"
	"strconv"
	"strings"
)

// fits reports whether a symptom is of this kind. What a rule does not mention
// may be anything.
func (r *rule) fits(s *Symptom, facts map[string]string) bool {
	if len(r.Where) > 0 && !slices.Contains(r.Where, s.Where) {
		return false
	}
	if len(r.Code) > 0 && !slices.ContainsFunc(r.Code, func(code string) bool { return fitsCode(code, s.Code) }) {
		return false
	}
	if len(r.Status) > 0 && !slices.ContainsFunc(r.Status, func(span string) bool { return fitsStatus(span, s.Status) }) {
		return false
	}
	if r.text != nil && !r.text.MatchString(s.words()) {
		return false
	}
	for name, values := range r.When {
		if !slices.ContainsFunc(values, func(wanted string) bool { return fitsFact(wanted, facts[name]) }) {
			return false
		}
	}
	return true
}

func fitsCode(wanted, code string) bool {
	if start, ok := strings.CutSuffix(wanted, "*"); ok {
		return strings.HasPrefix(strings.ToLower(code), strings.ToLower(start))
	}
	return strings.EqualFold(wanted, code)
}

func fitsStatus(span string, status int) bool {
	low, high, ranged := strings.Cut(span, "-")
	if !ranged {
		high = low
	}
	from, _ := strconv.Atoi(low)
	to, _ := strconv.Atoi(high)
	return from <= status && status <= to
}

// fitsFact compares a fact with what a rule wants of it. A comparison of
// numbers fails for what is not a number.
func fitsFact(wanted, value string) bool {
	switch {
	case wanted == "*":
		return value != ""
	case wanted == "-":
		return value == ""
	case strings.HasPrefix(wanted, ">="):
		limit, _ := strconv.Atoi(wanted[2:])
		n, err := strconv.Atoi(value)
		return err == nil && n >= limit
	case strings.HasPrefix(wanted, "<"):
		limit, _ := strconv.Atoi(wanted[1:])
		n, err := strconv.Atoi(value)
		return err == nil && n < limit
	}
	return wanted == value
}
