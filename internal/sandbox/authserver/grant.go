package authserver

import (
	"maps"
	"net/url"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
)

// grant makes the code and sends it to the app.
func (s *Server) grant(req *request, email string, scopes []string) answer {
	if e := s.scenarios.At(scenario.GrantPoint); e != nil {
		if e.Scopes != nil {
			scopes = reported(e.Scopes)
		}
		if e.Account != "" {
			email = e.Account
		}
	}
	c, key := s.mint(Code), consent{email, req.client.ProjectID}
	s.mu.Lock()
	s.state.sweep(s.now())
	first := s.state.consents[key] == nil
	s.state.consents[key] = reported(append(s.state.consents[key], scopes...))
	offline := req.Get("access_type") == "offline"
	desktop := req.client.Type == account.Desktop // gets a refresh token always: google.md 3.5
	s.state.codes[c] = &code{
		owner:    owner{email, req.client.ID, req.client.ProjectID, scopes, offline || desktop},
		redirect: req.Get("redirect_uri"), challenge: req.Get("code_challenge"), method: req.Get("code_challenge_method"),
		wantsRefresh: desktop || offline && (first || asks(req.Values, "consent")),
		expires:      s.now().Add(codeLife),
	}
	s.mu.Unlock()
	extras := url.Values{"code": {c}, "scope": {strings.Join(scopes, " ")}, "authuser": {"0"}, "prompt": {"consent"}}
	if _, domain, _ := strings.Cut(email, "@"); domain != "gmail.com" {
		extras.Set("hd", domain)
	}
	return s.back(req, extras)
}

// back sends the browser to the app, with state and what a scenario adds.
func (s *Server) back(req *request, values url.Values) answer {
	if state := req.Get("state"); req.Has("state") {
		values.Set("state", state)
	}
	if e := s.scenarios.At(scenario.Redirect); e != nil {
		if e.Error != "" {
			values = url.Values{"error": {e.Error}, "state": {req.Get("state")}}
			if e.Description != "" {
				values.Set("error_description", e.Description)
			}
		}
		for name, value := range e.Parameters {
			values.Set(name, strings.ReplaceAll(value, "{issuer}", s.base))
			if value == "" {
				values.Del(name)
			}
		}
	}
	to, err := url.Parse(req.Get("redirect_uri"))
	if err != nil {
		panic(err) // check has parsed it
	}
	query := to.Query()
	maps.Copy(query, values)
	to.RawQuery = query.Encode()
	return redirect(to.String())
}
