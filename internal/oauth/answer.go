package oauth

import (
	"crypto/subtle"
	"errors"
	"net/url"
	"strings"
	"unicode"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// expected is what the redirect that answers us must hold.
type expected struct {
	at     loopback
	state  secret.Text
	issuer string // "": not compared
}

var errNotOurs = errors.New("not the answer to this consent")

// read judges the query of a redirect: state before anything else, so that
// without it nobody can even make us fail; then who sent it, then a refusal,
// then the code. Parameters that we do not know do not matter.
// Source: RFC 6749 section 4.1.2; RFC 9207 section 2.4: iss, if it is there,
// must be the issuer. Google sends it at times (seen 2026-11-20).
func (e expected) read(query url.Values) (outcome, error) {
	for _, key := range []string{"state", "iss", "error", "code"} {
		if len(query[key]) > 1 {
			return outcome{}, errNotOurs
		}
	}
	if e.state.IsZero() || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(e.state.Reveal())) != 1 {
		return outcome{}, errNotOurs
	}
	fail := func(where, code, text string, facts ...string) (outcome, error) {
		symptom := &diagnosis.Symptom{Where: where, Code: oneLine(code, 80), Text: oneLine(text, 300)}
		return outcome{symptom: symptom.With(facts...)}, nil
	}
	iss, named := query["iss"]
	switch {
	case named && e.issuer != "" && iss[0] != e.issuer:
		return fail(diagnosis.AtCallback, "wrong-issuer", "", "got", oneLine(iss[0], 200), "wanted", e.issuer)
	case query.Get("error") != "":
		return fail(diagnosis.AtAuthorize, query.Get("error"), query.Get("error_description"), "subtype", oneLine(query.Get("error_subtype"), 80))
	case query.Get("code") == "":
		return fail(diagnosis.AtCallback, "no-code", "")
	}
	return outcome{code: query.Get("code")}, nil
}

// readPasted judges what an admin pasted: the address of the page that failed
// to load, that of Google's error page, which is an answer too, or the words of
// such a page. The error is a Symptom at callback: it is told, and asked again.
func (e expected) readPasted(line string) (outcome, error) {
	if isProse(line) {
		return outcome{symptom: &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Text: oneLine(line, 600)}}, nil
	}
	line = strings.Join(strings.Fields(line), "") // a terminal breaks long lines
	line = strings.Trim(line, `"'<>`)
	refuse := func(code string) (outcome, error) {
		return outcome{}, &diagnosis.Symptom{Where: diagnosis.AtCallback, Code: code,
			Facts: map[string]string{"redirect_uri": e.at.uri}}
	}
	if strings.HasPrefix(line, e.at.authority) {
		line = "http://" + line // browsers hide the scheme
	}
	u, err := url.Parse(line)
	switch {
	case len(line) > maxAddress:
		return refuse("pasted-not-the-redirect")
	case !strings.Contains(line, "://") && !strings.Contains(line, "state="):
		return refuse("pasted-bare-code")
	case err != nil:
		return refuse("pasted-not-the-redirect")
	}
	if said, ok := DecodeAuthError(line); ok {
		return outcome{symptom: said.Symptom()}, nil
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.Scheme != "http" || !strings.EqualFold(u.Host, e.at.authority) || path != e.at.path {
		return refuse("pasted-not-the-redirect")
	}
	query := u.Query()
	if query.Get("state") == "" && query.Get("code") == "" && query.Get("error") == "" {
		return refuse("pasted-without-answer")
	}
	answer, err := e.read(query)
	if err != nil {
		return refuse("pasted-wrong-state")
	}
	return answer, nil
}

// isProse reports whether somebody pasted the words of a page, for want of an
// address that says as much ("This app is blocked"): several words, where
// addresses and codes have none even when a terminal has broken them.
func isProse(line string) bool {
	words := 0
	for word := range strings.FieldsSeq(line) {
		if strings.ContainsAny(word, "/=%") || len(word) > 30 {
			return false
		}
		if strings.ContainsFunc(word, unicode.IsLetter) {
			words++
		}
	}
	return words >= 3
}
