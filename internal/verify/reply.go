package verify

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// sessionID is what Gmail ends its texts with: an identifier that differs with
// each session, and in SMTP who speaks (gsmtp: Google; gcdp: the domain's policy).
// Source: support.google.com/a/answer/3726730; greetings and verdicts in
// many client test suites (seen 2026-11-20).
var sessionID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s+)[0-9A-Za-z]*[0-9][0-9A-Za-z]*[-.][0-9A-Za-z.-]*[0-9][0-9A-Za-z.-]*(?: - (gsmtp|gcdp))?$`)
})

// withoutID takes the session's identifier off a text. Only what has the length
// of one goes: "see 5.7.8" stays.
func withoutID(text string) string {
	at := sessionID().FindStringSubmatchIndex(text)
	if at == nil {
		return strings.TrimSuffix(strings.TrimSuffix(text, " - gsmtp"), " - gcdp")
	}
	id := strings.TrimSpace(text[at[0]:at[1]])
	if at[2] < 0 && len(id) < 16 {
		return text
	}
	return strings.TrimSpace(text[:at[0]])
}

// speaker is gsmtp or gcdp, from the end of an SMTP reply.
func speaker(line string) string {
	if at := strings.LastIndex(line, " - "); at >= 0 {
		switch name := line[at+3:]; name {
		case "gsmtp", "gcdp":
			return name
		}
	}
	return ""
}

// parseIMAP reads a status response without its tag or "* ". code is the
// response code without its arguments, or the status where there is none.
func parseIMAP(line string) (status, code, text string) {
	status, text, _ = strings.Cut(line, " ")
	status = strings.ToUpper(status)
	switch status {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
	default:
		return "", "", ""
	}
	code = status
	if rest, ok := strings.CutPrefix(text, "["); ok {
		if inside, after, ok := strings.Cut(rest, "]"); ok {
			name, _, _ := strings.Cut(inside, " ")
			code, text = strings.ToUpper(name), strings.TrimPrefix(after, " ")
		}
	}
	return status, code, withoutID(text)
}

// parsePOP3 reads a reply. code is the response code of RFC 2449, or ERR.
func parsePOP3(line string) (ok bool, code, text string) {
	if rest, ok := strings.CutPrefix(line, "+OK"); ok {
		return true, "", withoutID(strings.TrimSpace(rest))
	}
	rest, isErr := strings.CutPrefix(line, "-ERR")
	if !isErr {
		return false, "", ""
	}
	rest, code = strings.TrimSpace(rest), "ERR"
	if inside, ok := strings.CutPrefix(rest, "["); ok {
		if name, after, ok := strings.Cut(inside, "]"); ok {
			code, rest = strings.ToUpper(name), strings.TrimSpace(after)
		}
	}
	return false, code, withoutID(rest)
}

var enhanced = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)`) })

// parseSMTP reads a reply of one or more lines. code is "535 5.7.8", or "535"
// without an enhanced status code. status is 0 for what is no reply.
func parseSMTP(lines []string) (status int, code, text string) {
	var texts []string
	for _, line := range lines {
		if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
			return 0, "", ""
		}
		n, err := strconv.ParseUint(line[:3], 10, 16)
		if err != nil || n < 200 || n > 599 {
			return 0, "", ""
		}
		status = int(n)
		rest := strings.TrimSpace(line[min(4, len(line)):])
		if m := enhanced().FindStringSubmatch(rest); m != nil {
			code = line[:3] + " " + m[1]
			rest = strings.TrimSpace(rest[len(m[0]):])
		} else if code == "" {
			code = line[:3]
		}
		if rest = withoutID(rest); rest != "" {
			texts = append(texts, rest)
		}
	}
	return status, code, strings.Join(texts, " ")
}

// offersSMTP reports whether an EHLO reply lists a keyword, and for AUTH which
// words follow it.
func offersSMTP(lines []string, keyword string) bool {
	for i, line := range lines {
		if i == 0 || len(line) < 5 || !strings.HasPrefix(line, "250") {
			continue
		}
		name, _, _ := strings.Cut(line[4:], " ")
		if strings.EqualFold(name, keyword) {
			return true
		}
	}
	return false
}
