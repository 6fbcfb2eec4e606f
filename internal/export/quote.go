package export

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"text/template"
	"unicode"
)

// Value is what fills a blank. In a template it must go through one of the
// functions of quoting, so that no value is ever read as syntax.
type Value struct{ name, text string }

// String marks a value that went through none; Fill refuses it.
func (v Value) String() string { return unquoted }

const unquoted = "\x00"

// unquotable is a value that the syntax it goes into has no way to write.
// It names the blank, since the value may be a secret.
type unquotable struct{ function, name string }

func (e *unquotable) Error() string { return e.function + " cannot write " + e.name }

// quoting are the functions by which a template writes a value, one for each
// way of quoting there is. None lets a control character through.
func quoting() template.FuncMap {
	backslash := func(special string) func(string) (string, bool) {
		return func(s string) (string, bool) { return `"` + escaped(s, special) + `"`, true }
	}
	all := map[string]func(string) (string, bool){
		"bare":  func(s string) (string, bool) { return s, safe(s) },                                               // one word of any syntax, or nothing
		"line":  func(s string) (string, bool) { return s, s == strings.TrimSpace(s) },                             // as it is, to the end of the line
		"plain": func(s string) (string, bool) { return `"` + s + `"`, !strings.ContainsAny(s, `"\`) },             // in quotes that know no escape: msmtp
		"back":  backslash(`"\`),                                                                                   // in quotes, with backslashes: mbsync, curl, fetchmail
		"mutt":  backslash("\"\\$`"),                                                                               // the same where $ and ` are live as well
		"shell": func(s string) (string, bool) { return shellQuoted(s), true },                                     // one word of sh
		"url":   func(s string) (string, bool) { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), true }, // in any part of an address
		"json":  func(s string) (string, bool) { return jsonString(s), true },                                      // also YAML, TOML, JavaScript, Python, Go, Java, C#
		"php":   func(s string) (string, bool) { return "'" + escaped(s, `'\`) + "'", true },
		"xml":   xmlText,
		"env":   envValue,
		// a value of YAML in which Compose fills in $VARIABLES
		"compose": func(s string) (string, bool) { return strings.ReplaceAll(jsonString(s), "$", "$$"), true },
		// one argument of ExecStart=
		"systemd": func(s string) (string, bool) {
			return `"` + strings.NewReplacer("%", "%%", "$", "$$").Replace(escaped(s, `"\`)) + `"`, true
		},
	}
	funcs := template.FuncMap{}
	for name, quote := range all {
		one := func(v Value) (string, error) {
			quoted, ok := quote(v.text)
			if !ok || strings.ContainsFunc(v.text, unicode.IsControl) {
				return "", &unquotable{name, v.name}
			}
			return quoted, nil
		}
		funcs[name] = one
		funcs[name+"s"] = func(separator string, list []Value) (string, error) { // shells, jsons: of a list
			quoted := make([]string, len(list))
			for i, v := range list {
				var err error
				if quoted[i], err = one(v); err != nil {
					return "", err
				}
			}
			return strings.Join(quoted, separator), nil
		}
	}
	return funcs
}

// safe reports whether a text is one word in every syntax we write.
func safe(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("@%+=:,./_-", r)
	})
}

func escaped(s, special string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func shellQuoted(s string) string {
	if safe(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func jsonString(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

func xmlText(s string) (string, bool) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err == nil
}

// envValue is a value of an .env file that sh, Compose and dotenv libraries
// read alike. Only what is safe bare is read so by docker run --env-file, too.
func envValue(s string) (string, bool) {
	switch {
	case safe(s):
		return s, true
	case !strings.Contains(s, "'"):
		return "'" + s + "'", true
	}
	return `"` + s + `"`, !strings.ContainsAny(s, "\"\\$`")
}
