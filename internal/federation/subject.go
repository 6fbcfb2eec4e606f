package federation

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// maxSubject is the largest subject token that is read, with what is around it.
// Real ones have a few KiB.
const maxSubject = 1 << 20

// source is where a subject token is to be had: credential_source.
type source struct {
	File          string            `json:"file"`
	URL           string            `json:"url"`
	Headers       map[string]string `json:"headers"`
	EnvironmentID string            `json:"environment_id"`
	Executable    *struct{}         `json:"executable"`
	Format        struct {
		Type  string `json:"type"`
		Field string `json:"subject_token_field_name"`
	} `json:"format"`
}

// check refuses the sources that are not for us: a program that a file names
// (it could be any), requests that are signed for another cloud, certificates.
func (s source) check(name string) error {
	switch {
	case s.EnvironmentID != "":
		return refusal("identity-source-aws", "file", name)
	case s.Executable != nil:
		return refusal("identity-source-executable", "file", name)
	case s.File == "" && s.URL == "":
		return refusal("identity-source-unknown", "file", name)
	case s.File != "" && s.URL != "":
		return refusal("identity-file-damaged", "file", name, "key", "credential_source")
	case s.URL != "" && !private(s.URL):
		return refusal("identity-source-plain", "file", name, "host", hostOf(s.URL))
	}
	switch s.Format.Type {
	case "", "text":
	case "json":
		if s.Format.Field == "" {
			return refusal("identity-file-damaged", "file", name, "key", "subject_token_field_name")
		}
	default:
		return refusal("identity-file-damaged", "file", name, "key", "format")
	}
	return nil
}

// private reports whether a token can be asked for there without others seeing
// it: over TLS, or on this machine, or of what the machine itself runs on, whose
// address does not leave the link (the metadata servers of clouds).
func private(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	near := u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast())
	return u.Scheme == "https" || u.Scheme == "http" && near
}

// token gets the subject token.
func (s source) token(ctx context.Context, e Exchange, name string) (secret.Text, error) {
	if s.URL != "" {
		return s.ask(ctx, e, name)
	}
	file, err := os.Open(s.File)
	if err != nil {
		symptom := refusal("subject-token-unreadable", "file", name, "subject_file", s.File)
		symptom.Err = err
		return secret.Text{}, symptom
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxSubject))
	text, ok := s.taken(data)
	if err != nil || !ok {
		symptom := refusal("subject-token-unusable", "file", name, "subject_file", s.File, "key", s.Format.Field)
		symptom.Err = err
		return secret.Text{}, symptom
	}
	return text, nil
}

// ask asks an address for the subject token. One request is made.
func (s source) ask(ctx context.Context, e Exchange, name string) (secret.Text, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return secret.Text{}, diagnosis.Network(err, s.URL)
	}
	for key, value := range s.Headers {
		req.Header.Set(key, value)
		if words := strings.Fields(value); len(words) > 0 && len(words[len(words)-1]) >= 16 {
			e.Hide(secret.New(words[len(words)-1])) // what opens the door to the token
		}
	}
	client := *e.HTTP
	client.Jar, client.CheckRedirect = nil, noRedirect
	resp, err := client.Do(req)
	if err != nil {
		return secret.Text{}, diagnosis.Network(err, s.URL)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxSubject))
	if err != nil {
		return secret.Text{}, diagnosis.Network(err, s.URL)
	}
	text, ok := s.taken(data)
	if resp.StatusCode != http.StatusOK || !ok {
		address, _, _ := strings.Cut(s.URL, "?")
		symptom := &diagnosis.Symptom{Where: diagnosis.AtClient, Code: "subject-token-refused", Status: resp.StatusCode, Endpoint: address}
		return secret.Text{}, symptom.With("file", name, "host", hostOf(s.URL), "status", strconv.Itoa(resp.StatusCode), "key", s.Format.Field)
	}
	return text, nil
}

// taken takes the token out of what was read.
func (s source) taken(data []byte) (secret.Text, bool) {
	text := strings.TrimSpace(string(data))
	if s.Format.Type == "json" {
		var fields map[string]any
		if json.Unmarshal(data, &fields) != nil {
			return secret.Text{}, false
		}
		text, _ = fields[s.Format.Field].(string)
	}
	return secret.New(text), text != "" && len(data) < maxSubject
}
