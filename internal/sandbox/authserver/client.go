package authserver

import (
	"bytes"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

// client is an OAuth client as the console made it.
type client struct {
	account.Client
	name    string
	made    time.Time
	deleted bool
}

// NewClient makes a client, as the console's "Create client" does.
func (s *Server) NewClient(kind account.ClientType, name string, redirectURIs []string, project string) account.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &client{name: name, made: s.now(), Client: account.Client{
		ID: newClientID(project), Secret: secret.New(s.mint(ClientSecret)), Type: kind, ProjectID: project,
		RedirectURIs: slices.Clone(redirectURIs),
	}}
	if kind == account.Desktop {
		c.RedirectURIs = []string{"http://localhost"}
	}
	s.project(project)
	s.state.clients = append(s.state.clients, c)
	return c.Client
}

// DeleteClient deletes a client: from now on it is refused as deleted.
func (s *Server) DeleteClient(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.state.client(id); c != nil {
		c.deleted = true
	}
}

// RotateSecret gives a client a new secret; the old one is refused from now on.
func (s *Server) RotateSecret(id string) secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.client(id)
	if c == nil {
		return secret.Text{}
	}
	c.Secret = secret.New(s.mint(ClientSecret))
	return c.Secret
}

// ClientJSON is the file that the console downloads, in Google's shape, or nil
// for a client that does not exist. auth_uri and token_uri are ours.
func (s *Server) ClientJSON(id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.client(id)
	if c == nil {
		return nil
	}
	type fields struct {
		ClientID  string   `json:"client_id"`
		ProjectID string   `json:"project_id"`
		AuthURI   string   `json:"auth_uri"`
		TokenURI  string   `json:"token_uri"`
		Certs     string   `json:"auth_provider_x509_cert_url"`
		Secret    string   `json:"client_secret"`
		Redirects []string `json:"redirect_uris,omitempty"`
		Origins   []string `json:"javascript_origins,omitempty"`
	}
	kind := "web"
	if c.Type == account.Desktop {
		kind = "installed"
	}
	var file bytes.Buffer
	encoder := json.NewEncoder(&file) // one line, as Google writes it
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]fields{kind: {
		ClientID: c.ID, ProjectID: c.ProjectID, AuthURI: s.base + "/auth", TokenURI: s.base + "/token",
		Certs: s.base + "/certs", Secret: c.Secret.Reveal(), Redirects: c.RedirectURIs, Origins: c.Origins,
	}}); err != nil {
		panic(err) // strings only
	}
	return bytes.TrimSpace(file.Bytes())
}

// accepts reports whether a redirect URI is the client's: byte for byte for a
// Web client, any port and path of loopback for a Desktop client.
func (c *client) accepts(redirect string) bool {
	if c.Type == account.Web {
		return slices.Contains(c.RedirectURIs, redirect)
	}
	u, err := url.Parse(redirect)
	return err == nil && u.Scheme == "http" && isLoopback(u.Hostname())
}

// abides reports whether a redirect URI keeps Google's rules, which are looked
// at before the client's list: google.md 3.4.
func abides(redirect string) bool {
	u, err := url.Parse(redirect)
	if err != nil || u.Host == "" || u.User != nil || strings.Contains(redirect, "#") || strings.ContainsAny(redirect, "* \\") {
		return false
	}
	path := strings.ToLower(u.EscapedPath())
	if strings.Contains(path+"/", "/../") || strings.Contains(path, "%2e%2e") {
		return false
	}
	host := u.Hostname()
	switch {
	case isLoopback(host):
		return u.Scheme == "http" || u.Scheme == "https"
	case u.Scheme != "https" || net.ParseIP(host) != nil:
		return false
	}
	suffix, listed := publicsuffix.PublicSuffix(strings.ToLower(host))
	return host != suffix && (listed || strings.Contains(suffix, ".")) &&
		!strings.HasSuffix(host, "googleusercontent.com")
}

// isLoopback knows the three spellings that Google lists; 127.0.0.2 is none.
func isLoopback(host string) bool {
	return host == "127.0.0.1" || host == "::1" || host == "localhost"
}

// Title and Kind are for the console's templates.
func (c client) Title() string { return c.name }

// Kind is Google's name of the application type.
func (c client) Kind() string {
	if c.Type == account.Desktop {
		return "Desktop app"
	}
	return "Web application"
}
