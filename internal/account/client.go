package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// maxClientFile is far above any real file, which has under 2 KiB.
const maxClientFile = 1 << 20

// ReadClient reads the JSON that Google's console downloads for a Desktop or
// Web client. name is the file's, for messages. Every other file is refused
// with a *diagnosis.Symptom at client that says what it is; nothing of what
// stands in the file is repeated. The endpoints in the file are not read: the
// provider's count.
// Source: files downloaded from the console, in many repositories (seen 2026-11-20).
func ReadClient(data []byte, name string) (Client, error) {
	f := clientFile{name: name, data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	top, err := f.object()
	if err != nil {
		return Client{}, err
	}
	section, kind, err := f.section(top)
	if err != nil {
		return Client{}, err
	}
	return f.client(section, kind)
}

// clientFile is a file that is being read, and what messages need to know of it.
type clientFile struct {
	name string
	data []byte
}

// refuse gives a Symptom; pairs are facts, of which empty ones are left out.
func (f clientFile) refuse(code string, pairs ...string) error {
	return (&diagnosis.Symptom{Where: diagnosis.AtClient, Code: code}).With(append(pairs, "file", f.name)...)
}

// line of an offset, counted from 1.
func (f clientFile) line(offset int) string {
	return strconv.Itoa(1 + bytes.Count(f.data[:min(max(offset, 0), len(f.data))], []byte("\n")))
}

// lineOf gives the line of a key, or "" if it is not there.
func (f clientFile) lineOf(key string) string {
	if i := bytes.Index(f.data, []byte(`"`+key+`"`)); i >= 0 {
		return f.line(i)
	}
	return ""
}

// object reads the outer object, or says what the file is instead.
func (f clientFile) object() (map[string]json.RawMessage, error) {
	text := bytes.TrimSpace(f.data)
	switch {
	case len(f.data) > maxClientFile:
		return nil, f.refuse("file-too-large", "limit", "1 MiB")
	case len(text) == 0:
		return nil, f.refuse("empty-file")
	case !utf8.Valid(f.data):
		return nil, f.refuse("not-utf8")
	case text[0] != '{':
		return nil, f.refuse("not-json", "kind", kindOfText(text), "line", f.line(bytes.Index(f.data, text[:1])))
	}
	var top map[string]json.RawMessage
	err := json.Unmarshal(f.data, &top)
	if err == nil {
		return top, nil
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case !ok:
		return nil, f.refuse("not-json")
	case strings.Contains(syntax.Error(), "unexpected end"):
		return nil, f.refuse("truncated-json", "line", f.line(len(text)))
	}
	return nil, f.refuse("not-json", "line", f.line(int(syntax.Offset)-1))
}

// kindOfText names what people mistake for the file, by its shape.
func kindOfText(text []byte) string {
	starts := func(s string) bool { return bytes.HasPrefix(text, []byte(s)) }
	_, rest, dashed := bytes.Cut(text, []byte("-"))
	switch {
	case starts("AIza"):
		return "api_key"
	case starts("GOCSPX-"):
		return "client_secret"
	case starts("-----BEGIN"):
		return "private_key"
	case starts("<"):
		return "html"
	case starts("PK\x03\x04"):
		return "zip"
	case starts("1//"):
		return "refresh_token"
	case dashed && bytes.Contains(rest, []byte(".apps.")) && ClientIDProject(string(text)) != "":
		return "client_id"
	}
	return "other"
}

// section finds the part that holds the client.
func (f clientFile) section(top map[string]json.RawMessage) (map[string]json.RawMessage, ClientType, error) {
	installed, isDesktop := top["installed"]
	web, isWeb := top["web"]
	switch {
	case isDesktop && isWeb:
		return nil, "", f.refuse("both-client-types", "line", f.lineOf("web"))
	case isDesktop:
		section, err := f.sub("installed", installed)
		return section, Desktop, err
	case isWeb:
		section, err := f.sub("web", web)
		return section, Web, err
	}
	return nil, "", f.refuse("other-kind-of-file", "kind", kindOfObject(top))
}

func (f clientFile) sub(key string, raw json.RawMessage) (map[string]json.RawMessage, error) {
	var section map[string]json.RawMessage
	if json.Unmarshal(raw, &section) != nil || section == nil {
		return nil, f.refuse("wrong-json-type", "key", key, "wanted", "object", "line", f.lineOf(key))
	}
	return section, nil
}

// kindOfObject names the other JSON files that Google hands out.
func kindOfObject(top map[string]json.RawMessage) string {
	var kind string
	if json.Unmarshal(top["type"], &kind) == nil {
		switch kind {
		case "service_account", "authorized_user", "external_account", "impersonated_service_account", "gdch_service_account":
			return kind
		}
	}
	has := func(keys ...string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { _, ok := top[key]; return !ok })
	}
	switch {
	case has("api_key"), has("current_key"), has("keyString"):
		return "api_key"
	case has("project_info", "client"):
		return "firebase"
	case has("refresh_token"), has("access_token"), has("token"):
		return "token"
	case has("client_id", "client_secret"):
		return "bare_client"
	case has("private_key"):
		return "service_account"
	}
	return "other"
}

// client reads the values of a section.
func (f clientFile) client(section map[string]json.RawMessage, kind ClientType) (Client, error) {
	c := Client{Type: kind}
	var clientSecret string
	for _, field := range []struct {
		key    string
		into   any
		wanted string
	}{
		{"client_id", &c.ID, "text"},
		{"client_secret", &clientSecret, "text"},
		{"project_id", &c.ProjectID, "text"},
		{"redirect_uris", &c.RedirectURIs, "list of texts"},
		{"javascript_origins", &c.Origins, "list of texts"},
	} {
		raw, ok := section[field.key]
		if ok && json.Unmarshal(raw, field.into) != nil {
			return Client{}, f.refuse("wrong-json-type", "key", field.key, "wanted", field.wanted, "line", f.lineOf(field.key))
		}
	}
	c.ID, c.ProjectID = strings.TrimSpace(c.ID), strings.TrimSpace(c.ProjectID)
	clientSecret = strings.TrimSpace(clientSecret)
	for key, value := range map[string]string{"client_id": c.ID, "client_secret": clientSecret} {
		if strings.ContainsFunc(value, notInCredential) {
			return Client{}, f.refuse("bad-value", "key", key, "line", f.lineOf(key))
		}
	}
	switch {
	case c.ID == "":
		return Client{}, f.refuse("no-client-id", "key", "client_id", "client_type", string(kind))
	case clientSecret == "":
		return Client{}, f.refuse("no-client-secret", "key", "client_secret", "client_type", string(kind),
			"client_id", c.ID, "project", c.Project())
	}
	c.Secret = secret.New(clientSecret)
	return c, nil
}
