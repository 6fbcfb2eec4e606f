// Package google is what we know of Google: addresses, scopes, limits, each
// once, with its source and the date it was seen, in facts.yaml. It also reads
// a provider file, which puts other endpoints in Google's place.
//
// It is the only room in which a Google address may stand.
package google

import (
	_ "embed"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Fact is one thing we know of Google.
type Fact struct {
	Value   string
	Source  string
	Checked string // YYYY-MM-DD
}

// Facts are all we know, by group and key.
type Facts struct {
	Endpoints    map[string]Fact
	Servers      map[string]Fact
	Greetings    map[string]Fact // what stands in the greeting of Gmail's servers
	Scopes       map[string]Fact
	Services     map[string]Fact // names under which Google Cloud knows its APIs
	Limits       map[string]Fact
	Domains      map[string]Fact
	Certificates map[string]Fact // what Google's servers show
	Links        map[string]Fact
}

//go:embed facts.yaml
var factsYAML []byte

// Known returns all facts; they are parsed when first asked for. Do not change them.
func Known() *Facts { return known() }

var known = sync.OnceValue(func() *Facts {
	var facts Facts
	if err := yaml.Unmarshal(factsYAML, &facts); err != nil {
		panic("google: facts.yaml: " + err.Error()) // embedded, and read by a test
	}
	return &facts
})

// MailScope is the one scope that IMAP, SMTP and POP3 accept.
func MailScope() string { return Known().Scopes["mail"].Value }

var blank = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[a-z_]+\}`) })

// Link gives the address of a page of Google, by its key in facts.yaml, with
// its blanks filled: project, authuser, client_id. A query parameter whose
// blank has no value is left out; elsewhere a blank without value is 0, which
// is what Google takes for "the first account"; the page of a client that is not
// known is the list of clients. An unknown key gives "".
func Link(key string, values map[string]string) string {
	if key == "client" && values["client_id"] == "" {
		key = "clients"
	}
	fact, ok := Known().Links[key]
	if !ok {
		return ""
	}
	address, query, _ := strings.Cut(fact.Value, "?")
	query, fragment, _ := strings.Cut(query, "#")
	fill := func(escape func(string) string) func(string) string {
		return func(b string) string {
			if v := values[strings.Trim(b, "{}")]; v != "" {
				return escape(v)
			}
			return "0"
		}
	}
	address = blank().ReplaceAllStringFunc(address, fill(url.PathEscape))
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if b := blank().FindString(part); b != "" && values[strings.Trim(b, "{}")] == "" {
			continue
		}
		kept = append(kept, blank().ReplaceAllStringFunc(part, fill(url.QueryEscape)))
	}
	if q := strings.Join(kept, "&"); q != "" {
		address += "?" + q
	}
	if fragment != "" {
		address += "#" + fragment
	}
	return address
}
