// Package vaulttest is a look-alike of Vault and OpenBao for tests: key-value
// engines of version 2 with check-and-set, one of version 1, namespaces,
// tokens with policies, AppRole and Kubernetes logins, a seal and a standby.
// Words and status codes are those of Vault 1.21 and OpenBao 2.x; a module of
// its own, testdata/vaultclient, holds them against OpenBao's client.
package vaulttest

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// Server listens on loopback, with TLS. Any goroutine may call its methods.
type Server struct {
	*httptest.Server

	mu      sync.Mutex
	engines map[string]string            // namespace and mount → type: kv1, kv2, transit
	secrets map[string]*secret           // namespace, mount and path
	tokens  map[string]map[string]string // token → path (or path/*) → capabilities
	logins  map[string]login             // namespace and mount
	broken  *answer
	active  string // of a standby: where the active one is
	asked   []string
	before  func(method, path string)
}

type secret struct {
	versions []json.RawMessage // nil: deleted
}

type login struct {
	want  map[string]string
	token string
}

type answer struct {
	status int
	errors []string
}

// Start gives a server with the engines kv (version 2), old (version 1) and
// transit, and no token that it knows. It is ended with Close.
func Start() *Server {
	s := &Server{
		engines: map[string]string{"/kv": "kv2", "/team/kv": "kv2", "/old": "kv1", "/transit": "transit"},
		secrets: map[string]*secret{}, tokens: map[string]map[string]string{}, logins: map[string]login{},
	}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	return s
}

// CA is the certificate that a client has to trust, as PEM.
func (s *Server) CA() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}

// Allow lets a token do things: pairs of a path, as a policy names it, and
// capabilities, separated by spaces. Every token may look itself up.
func (s *Server) Allow(token string, pairs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rules := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		rules[pairs[i]] = pairs[i+1]
	}
	s.tokens[token] = rules
}

// Owner lets a token do all that gmailoauth needs below a path of an engine.
func (s *Server) Owner(token, mount, path string) {
	s.Allow(token, mount+"/data/"+path+"/*", "create read update", mount+"/metadata/"+path+"/*", "delete")
}

// Revoke forgets a token.
func (s *Server) Revoke(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token)
}

// Mount adds an engine of version 2 in a namespace.
func (s *Server) Mount(namespace, mount string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.engines[namespace+"/"+mount] = "kv2"
}

// Login gives a token at a mount of an auth method to those who send just this.
func (s *Server) Login(namespace, mount, token string, want map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins[namespace+"/"+mount] = login{want, token}
}

// Break answers everything with a status and these errors, until Mend.
func (s *Server) Break(status int, errors ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = &answer{status, errors}
}

// Mend ends what Break began.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = nil
}

// Standby sends everybody to another server.
func (s *Server) Standby(active string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = active
}

// Before is called before a request is answered, without a lock.
func (s *Server) Before(do func(method, path string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = do
}

// Asked lists the requests so far, each as its method and path.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Put writes a version of a secret of the engine kv, as somebody else would.
func (s *Server) Put(path, object string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.secrets["/kv "+path]
	if at == nil {
		at = &secret{}
		s.secrets["/kv "+path] = at
	}
	at.versions = append(at.versions, json.RawMessage(object))
}

// Versions gives all versions of a secret of the engine kv; a deleted one is empty.
func (s *Server) Versions(path string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	if at := s.secrets["/kv "+path]; at != nil {
		for _, version := range at.versions {
			list = append(list, string(version))
		}
	}
	return list
}

// DeleteVersion marks the newest version of a secret of the engine kv as
// deleted, as "vault kv delete" does.
func (s *Server) DeleteVersion(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.secrets["/kv "+path]
	at.versions[len(at.versions)-1] = nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	before, broken, active := s.before, s.broken, s.active
	s.mu.Unlock()
	if before != nil {
		before(r.Method, r.URL.Path)
	}
	switch {
	case broken != nil:
		refuse(w, broken.status, broken.errors...)
		return
	case active != "":
		w.Header().Set("Location", active+r.URL.EscapedPath())
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	if !ok {
		refuse(w, http.StatusNotFound)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	namespace := strings.Trim(r.Header.Get("X-Vault-Namespace"), "/")
	if rest, ok := strings.CutPrefix(path, "auth/"); ok && strings.HasSuffix(rest, "/login") {
		s.logIn(w, r, namespace, strings.TrimSuffix(rest, "/login"))
		return
	}
	rules, known := s.tokens[r.Header.Get("X-Vault-Token")]
	switch {
	case !known:
		refuse(w, http.StatusForbidden, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
	case path == "auth/token/lookup-self":
		give(w, http.StatusOK, map[string]any{"data": map[string]any{"policies": []string{"default", "mail"}}})
	default:
		s.serveEngine(w, r, namespace, path, rules)
	}
}

func (s *Server) logIn(w http.ResponseWriter, r *http.Request, namespace, mount string) {
	at, ok := s.logins[namespace+"/"+mount]
	var sent map[string]string
	err := json.NewDecoder(r.Body).Decode(&sent)
	switch {
	case !ok:
		refuse(w, http.StatusForbidden, "permission denied") // no such mount: nothing is said of what there is
		return
	case err != nil || len(sent) != len(at.want):
		refuse(w, http.StatusBadRequest, "missing or unknown fields")
		return
	}
	for key, value := range at.want {
		if sent[key] == value {
			continue
		}
		if key == "jwt" || key == "role" {
			refuse(w, http.StatusForbidden, "permission denied")
			return
		}
		refuse(w, http.StatusBadRequest, "invalid role or secret ID")
		return
	}
	give(w, http.StatusOK, map[string]any{"auth": map[string]any{"client_token": at.token, "lease_duration": 3600}})
}

func refuse(w http.ResponseWriter, status int, errors ...string) {
	if errors == nil {
		errors = []string{}
	}
	give(w, status, map[string]any{"errors": errors})
}

func give(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
