package google

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/diagnosis"
)

// ReadProvider reads a provider file. file is its path, for messages, and what
// a relative ca_file is relative to. Every error is a *diagnosis.Symptom that
// names file, line and key.
func ReadProvider(data []byte, file string) (Provider, error) {
	r := providerReader{file: file}
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return Provider{}, r.symptom("empty-provider-file", 1, "")
		}
		return Provider{}, r.notYAML(err)
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode {
		return Provider{}, r.symptom("provider-not-a-mapping", top.Line, "")
	}
	p := Provider{Scopes: Gmail().Scopes}
	for i := 0; i+1 < len(top.Content); i += 2 {
		if err := r.readKey(&p, top.Content[i], top.Content[i+1]); err != nil {
			return Provider{}, err
		}
	}
	if key := firstEmpty("authorization_endpoint", p.AuthorizationEndpoint, "token_endpoint", p.TokenEndpoint); key != "" {
		return Provider{}, r.symptom("provider-key-missing", 1, key)
	}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	return p, nil
}

type providerReader struct {
	file string
	seen []string
}

func (r *providerReader) readKey(p *Provider, keyNode, value *yaml.Node) error {
	key := keyNode.Value
	if slices.Contains(r.seen, key) {
		return r.symptom("provider-key-twice", keyNode.Line, key)
	}
	r.seen = append(r.seen, key)
	endpoints := map[string]*string{
		"authorization_endpoint":    &p.AuthorizationEndpoint,
		"token_endpoint":            &p.TokenEndpoint,
		"revocation_endpoint":       &p.RevocationEndpoint,
		"userinfo_endpoint":         &p.UserinfoEndpoint,
		"tokeninfo_endpoint":        &p.TokeninfoEndpoint,
		"resource_manager_endpoint": &p.ResourceManagerEndpoint,
		"service_usage_endpoint":    &p.ServiceUsageEndpoint,
		"gmail_endpoint":            &p.GmailEndpoint,
		"iam_endpoint":              &p.IAMEndpoint,
		"iam_credentials_endpoint":  &p.IAMCredentialsEndpoint,
		"sts_endpoint":              &p.STSEndpoint,
	}
	if field := endpoints[key]; field != nil {
		if err := r.decode(value, key, field); err != nil {
			return err
		}
		return r.checkEndpoint(*field, value.Line, key)
	}
	switch key {
	case "name":
		return r.decode(value, key, &p.Name)
	case "issuer":
		return r.decode(value, key, &p.Issuer)
	case "scopes":
		return r.decode(value, key, &p.Scopes)
	case "imap", "pop3":
		server, err := r.readServer(value, key)
		if key == "imap" {
			p.IMAP = server
		} else {
			p.POP3 = server
		}
		return err
	case "smtp":
		return r.readSMTP(p, value)
	case "ca_file":
		if err := r.decode(value, key, &p.CAFile); err != nil {
			return err
		}
		if p.CAFile != "" && !filepath.IsAbs(p.CAFile) {
			folder, err := filepath.Abs(filepath.Dir(r.file))
			if err != nil {
				return fmt.Errorf("folder of %s: %w", r.file, err)
			}
			p.CAFile = filepath.Join(folder, p.CAFile)
		}
		return nil
	}
	return r.symptom("provider-key-unknown", keyNode.Line, key)
}

func (r *providerReader) readSMTP(p *Provider, value *yaml.Node) error {
	servers := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		servers = value.Content
	}
	for _, node := range servers {
		server, err := r.readServer(node, "smtp")
		if err != nil {
			return err
		}
		p.SMTP = append(p.SMTP, *server)
	}
	return nil
}

func (r *providerReader) readServer(value *yaml.Node, name string) (*Server, error) {
	if value.Kind != yaml.MappingNode {
		return nil, r.symptom("provider-server-wanted", value.Line, name)
	}
	s := &Server{TLS: Implicit}
	for i := 0; i+1 < len(value.Content); i += 2 {
		keyNode, node := value.Content[i], value.Content[i+1]
		key := name + "." + keyNode.Value
		var err error
		switch keyNode.Value {
		case "host":
			err = r.decode(node, key, &s.Host)
		case "port":
			err = r.decode(node, key, &s.Port)
		case "tls":
			err = r.decode(node, key, &s.TLS)
			if err == nil && s.TLS != Implicit && s.TLS != STARTTLS {
				err = r.symptom("provider-mail-without-tls", node.Line, key)
			}
		default:
			err = r.symptom("provider-key-unknown", keyNode.Line, key)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case s.Host == "":
		return nil, r.symptom("provider-key-missing", value.Line, name+".host")
	case s.Port < 1 || s.Port > 65535:
		return nil, r.symptom("provider-bad-port", value.Line, name+".port")
	}
	return s, nil
}

// checkEndpoint refuses what is no address, and plain HTTP that leaves the machine.
func (r *providerReader) checkEndpoint(address string, line int, key string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return r.symptom("provider-bad-endpoint", line, key)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return r.symptom("provider-plain-http", line, key)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (r *providerReader) decode(node *yaml.Node, key string, into any) error {
	if err := node.Decode(into); err != nil {
		return r.symptom("provider-bad-value", node.Line, key)
	}
	return nil
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+)`) })

func (r *providerReader) notYAML(err error) error {
	line := 1
	if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	s := r.symptom("provider-not-yaml", line, "")
	s.Err = err
	return s
}

func (r *providerReader) symptom(code string, line int, key string) *diagnosis.Symptom {
	s := &diagnosis.Symptom{Where: diagnosis.AtProvider, Code: code}
	return s.With("file", r.file, "line", strconv.Itoa(line), "key", key)
}

func firstEmpty(pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return pairs[i]
		}
	}
	return ""
}
