// Package adopt reads the token files of other helpers: whose mailbox it is,
// with which client, and the refresh token. A file is known by what is in it,
// not by its name, and nothing is written.
//
// Every refusal is a *diagnosis.Symptom at input that names the file, and the
// key if it is one, and repeats no value that may be a secret.
package adopt

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Found is what a file holds of one account.
type Found struct {
	Helper  string         // whose file it is
	Account string         // the mailbox; empty if the file does not say
	Client  account.Client // ID and secret; either is empty if the file does not hold it
	Refresh secret.Text
	Scopes  []string // as the file says; what the token endpoint says counts
}

//go:embed helpers.yaml
var helpers []byte

// helper is a row of helpers.yaml: keys of the file, by what they hold.
type helper struct {
	Helper   string            `yaml:"helper"`
	Has      []string          `yaml:"has"` // keys that are there
	Is       map[string]string `yaml:"is"`  // keys with this value
	Provider string            `yaml:"provider"`
	Account  string            `yaml:"account"`
	Scopes   string            `yaml:"scopes"` // a list, or words in one text
	Endpoint string            `yaml:"endpoint"`
	Source   string            `yaml:"source"`
	Checked  string            `yaml:"checked"`
}

// Read gives the accounts that a token file holds, one at least. name is the
// file's, for messages. A token that is not Google's is refused, unless its
// endpoint is that of p.
func Read(data []byte, name string, p google.Provider) ([]Found, error) {
	f := file{name: name, data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), known: sitesOf(google.Gmail(), p)}
	if text, ok := opened(data); ok {
		return f.dumped(text)
	}
	text := bytes.TrimSpace(f.data)
	if how := decrypter(text); how != "" {
		return nil, f.refuse("import-encrypted", "kind", how)
	}
	if len(text) == 0 || text[0] != '{' || !utf8.Valid(text) {
		return nil, f.refuse("import-unknown")
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(f.data, &top); err != nil {
		return nil, f.refuse("import-damaged", "line", f.lineOf(err))
	}
	found, err := f.object(top)
	if err != nil {
		return nil, err
	}
	return []Found{found}, nil
}

// file is one that is being read.
type file struct {
	name  string
	data  []byte
	known []string // sites of Google, and of the provider
}

// refuse gives a Symptom; pairs are facts, of which empty ones are left out.
func (f file) refuse(code string, pairs ...string) error {
	return (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code}).With(append(pairs, "file", f.name)...)
}

// lineOf gives the line in which JSON ends to be JSON, counted from 1.
func (f file) lineOf(err error) string {
	at := len(bytes.TrimRight(f.data, " \r\n\t"))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && !strings.Contains(syntax.Error(), "unexpected end") {
		at = int(syntax.Offset) - 1
	}
	return strconv.Itoa(1 + bytes.Count(f.data[:min(max(at, 0), len(f.data))], []byte("\n")))
}

// decrypter names the program that makes a text of an encrypted file, or "".
// Source: RFC 9580, section 4.2 (packet headers), and C2SP age.md (seen 2026-11-21).
func decrypter(text []byte) string {
	starts := func(s string) bool { return bytes.HasPrefix(text, []byte(s)) }
	switch {
	case starts("-----BEGIN PGP MESSAGE"):
		return "gpg"
	case starts("age-encryption.org/"), starts("-----BEGIN AGE ENCRYPTED FILE"):
		return "age"
	case len(text) > 2 && slices.Contains([]byte{0x84, 0x85, 0x86, 0x8c, 0x8d, 0xc1, 0xc3}, text[0]) && !utf8.Valid(text):
		return "gpg" // a key packet: encrypted to a key, or with a passphrase
	}
	return ""
}

// object reads the file of a helper that keeps JSON.
func (f file) object(top map[string]json.RawMessage) (Found, error) {
	for _, key := range []string{"installed", "web"} {
		if _, ok := top[key]; ok {
			return Found{}, f.refuse("import-client-file", "key", key)
		}
	}
	var known []helper
	if err := yaml.Unmarshal(helpers, &known); err != nil {
		return Found{}, err // embedded, and read by a test
	}
	at := slices.IndexFunc(known, func(h helper) bool { return h.fits(top) })
	if at < 0 {
		return Found{}, f.refuse("import-unknown", "kind", plain(top["type"]))
	}
	return f.read(known[at], top)
}

func (h helper) fits(top map[string]json.RawMessage) bool {
	for _, key := range h.Has {
		if _, ok := top[key]; !ok {
			return false
		}
	}
	for key, value := range h.Is {
		if plain(top[key]) != value {
			return false
		}
	}
	return true
}

// plain is a text of JSON, or "".
func plain(raw json.RawMessage) string {
	var text string
	_ = json.Unmarshal(raw, &text) // what is no text is none of ours
	return text
}
