package vaulttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// serveEngine finds the engine of a path, asks the policies, and lets it answer.
func (s *Server) serveEngine(w http.ResponseWriter, r *http.Request, namespace, path string, rules map[string]string) {
	mount, kind := "", ""
	for name, what := range s.engines {
		of, ok := strings.CutPrefix(name, namespace+"/")
		if ok && strings.HasPrefix(path, of+"/") && len(of) > len(mount) {
			mount, kind = of, what
		}
	}
	if kind == "" {
		if !permits(rules, path, capability(r.Method, false)) {
			refuse(w, http.StatusForbidden, "1 error occurred:\n\t* permission denied\n\n")
			return
		}
		refuse(w, http.StatusNotFound, `no handler for route "`+path+`". route entry not found.`)
		return
	}
	rest := strings.TrimPrefix(path, mount+"/")
	branch, name, _ := strings.Cut(rest, "/")
	key := namespace + "/" + mount + " " + name
	if kind == "kv1" {
		key = namespace + "/" + mount + " " + rest
	}
	at := s.secrets[key]
	if !permits(rules, path, capability(r.Method, at != nil)) {
		refuse(w, http.StatusForbidden, "1 error occurred:\n\t* permission denied\n\n")
		return
	}
	switch {
	case kind == "kv1":
		s.serveV1(w, r, key)
	case kind == "kv2" && branch == "data":
		s.serveData(w, r, key)
	case kind == "kv2" && branch == "metadata" && r.Method == http.MethodDelete:
		delete(s.secrets, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusNotFound, "1 error occurred:\n\t* unsupported path\n\n")
	}
}

func capability(method string, exists bool) string {
	switch method {
	case http.MethodGet:
		return "read"
	case http.MethodDelete:
		return "delete"
	}
	if exists {
		return "update"
	}
	return "create"
}

// permits reads rules as policies are read, but for what is not needed here:
// a * stands at the end alone, and no rule goes before another.
func permits(rules map[string]string, path, capability string) bool {
	for rule, may := range rules {
		start, open := strings.CutSuffix(rule, "*")
		if (rule == path || open && strings.HasPrefix(path, start)) && slices.Contains(strings.Fields(may), capability) {
			return true
		}
	}
	return false
}

func (s *Server) serveData(w http.ResponseWriter, r *http.Request, key string) {
	at := s.secrets[key]
	switch r.Method {
	case http.MethodGet:
		if at == nil {
			refuse(w, http.StatusNotFound)
			return
		}
		status, deleted := http.StatusOK, ""
		newest := at.versions[len(at.versions)-1]
		if newest == nil {
			status, deleted = http.StatusNotFound, time.Unix(0, 0).UTC().Format(time.RFC3339Nano)
		}
		give(w, status, map[string]any{"data": map[string]any{"data": newest, "metadata": map[string]any{
			"version": len(at.versions), "destroyed": false, "deletion_time": deleted, "custom_metadata": nil}}})
	case http.MethodPost, http.MethodPut:
		var sent struct {
			Data    json.RawMessage `json:"data"`
			Options struct {
				CAS *int `json:"cas"`
			} `json:"options"`
		}
		var object map[string]any
		if json.NewDecoder(r.Body).Decode(&sent) != nil || json.Unmarshal(sent.Data, &object) != nil {
			refuse(w, http.StatusBadRequest, "no data provided")
			return
		}
		if at == nil {
			at = &secret{}
		}
		if sent.Options.CAS != nil && *sent.Options.CAS != len(at.versions) {
			refuse(w, http.StatusBadRequest, "check-and-set parameter did not match the current version")
			return
		}
		again, _ := json.Marshal(object) // the engine knows values, and not how they were written
		at.versions = append(at.versions, again)
		s.secrets[key] = at
		give(w, http.StatusOK, map[string]any{"data": map[string]any{"version": len(at.versions), "destroyed": false, "deletion_time": ""}})
	default:
		refuse(w, http.StatusMethodNotAllowed, "1 error occurred:\n\t* unsupported operation\n\n")
	}
}

// serveV1 is an engine without versions: it keeps whatever it is sent.
func (s *Server) serveV1(w http.ResponseWriter, r *http.Request, key string) {
	switch r.Method {
	case http.MethodGet:
		at := s.secrets[key]
		if at == nil {
			refuse(w, http.StatusNotFound)
			return
		}
		give(w, http.StatusOK, map[string]any{"data": at.versions[0]})
	case http.MethodDelete:
		delete(s.secrets, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		var sent json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&sent)
		s.secrets[key] = &secret{versions: []json.RawMessage{sent}}
		w.WriteHeader(http.StatusNoContent)
	}
}

// Old lists what the engine of version 1 holds.
func (s *Server) Old() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for key := range s.secrets {
		if strings.HasPrefix(key, "/old ") {
			list = append(list, key)
		}
	}
	return list
}
