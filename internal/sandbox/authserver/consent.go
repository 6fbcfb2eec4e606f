package authserver

import (
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
)

// identifierPage asks who one is. Its form's address is the request itself: the
// server keeps nothing of a consent that is under way.
//
// Ids: form "identifier", input "email", button "next".
func (s *Server) identifierPage(r *http.Request) answer {
	query := r.URL.Query()
	req, refused := s.check(query)
	if refused != nil {
		return s.toErrorPage(r, refused, query)
	}
	return s.showIdentifier(r, req, query.Get("login_hint"), "")
}

func (s *Server) showIdentifier(r *http.Request, req *request, email, complaint string) answer {
	status := http.StatusOK
	if complaint != "" {
		status = http.StatusBadRequest
	}
	return page(status, "identifier.html", map[string]any{
		"Title": "Choose an account", "Action": r.URL.RequestURI(), "App": s.appName(req.client),
		"Email": email, "Known": s.knownAccounts(req.client.ProjectID), "Complaint": complaint,
	})
}

// chooseAccount goes on to the consent page, to Google's error page if the
// account may not use the app, or straight back to the app if it has consented
// before and is not to be asked again.
func (s *Server) chooseAccount(r *http.Request) answer {
	query := r.URL.Query()
	req, refused := s.check(query)
	if refused != nil {
		return s.toErrorPage(r, refused, query)
	}
	typed := strings.TrimSpace(r.PostFormValue("email"))
	email, ok := mailAddress(typed)
	if !ok {
		return s.showIdentifier(r, req, typed, "Enter a valid email")
	}
	if effect := s.scenarios.At(scenario.Consent); effect != nil {
		if a, spoken := s.spokenPage(r, effect, query); spoken {
			return a
		}
	}
	s.mu.Lock()
	refused = s.project(req.client.ProjectID).admits(email)
	before := s.state.consents[consent{email, req.client.ProjectID}]
	s.mu.Unlock()
	if refused != nil {
		return s.toErrorPage(r, refused, query)
	}
	if before != nil && !asks(query, "consent") && containsAll(before, req.scopes) {
		return s.grant(req, email, req.scopes)
	}
	query.Set("authuser", email)
	return redirect(s.baseOf(r) + consentPath + "?" + query.Encode())
}

// consentPage lists what is asked for, a box for each scope that is more than
// signing in. Google shows no box for a single one; here it has one, ticked, so
// that it can be unticked. Several come unticked, as at Google.
//
// Ids: form "consent"; checkboxes "scope-0", "scope-1", … and, with several,
// "select-all"; buttons "allow" and "cancel".
func (s *Server) consentPage(r *http.Request) answer {
	query := r.URL.Query()
	req, refused := s.check(query)
	if refused != nil {
		return s.toErrorPage(r, refused, query)
	}
	email, ok := mailAddress(query.Get("authuser"))
	if !ok {
		return redirect(s.baseOf(r) + identifierPath + "?" + query.Encode())
	}
	type box struct{ Scope, Meaning string }
	var list []box
	for _, scope := range boxes(req.scopes) {
		list = append(list, box{scope, meaning(scope)})
	}
	s.mu.Lock()
	publishing := s.project(req.client.ProjectID).Publishing
	s.mu.Unlock()
	return page(http.StatusOK, "consent.html", map[string]any{
		"Title": "Sign in with the look-alike", "Action": r.URL.RequestURI(), "App": s.appName(req.client), "Email": email,
		"Boxes": list, "Single": len(list) == 1,
		"Testing": publishing == account.Testing, "Unverified": publishing == account.Production,
	})
}

// decide is Allow or Cancel.
func (s *Server) decide(r *http.Request) answer {
	query := r.URL.Query()
	req, refused := s.check(query)
	if refused != nil {
		return s.toErrorPage(r, refused, query)
	}
	email, ok := mailAddress(query.Get("authuser"))
	if !ok {
		return redirect(s.baseOf(r) + identifierPath + "?" + query.Encode())
	}
	if r.PostFormValue("decision") != "allow" {
		return s.back(req, url.Values{"error": {"access_denied"}})
	}
	ticked := r.PostForm["scope"]
	if r.PostFormValue("all") != "" {
		ticked = req.scopes
	}
	granted := slices.DeleteFunc(slices.Clone(req.scopes), func(scope string) bool {
		return !signIn(scope) && !slices.Contains(ticked, scope)
	})
	return s.grant(req, email, granted)
}

// asks reports whether prompt holds a word.
func asks(query url.Values, word string) bool {
	return slices.Contains(strings.Fields(query.Get("prompt")), word)
}

func containsAll(have, want []string) bool {
	return !slices.ContainsFunc(want, func(s string) bool { return !slices.Contains(have, s) })
}

// mailAddress takes a bare address and gives it in lower case: Google tells no
// mailboxes apart by case.
func mailAddress(text string) (string, bool) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || a.Name != "" {
		return "", false
	}
	return strings.ToLower(text), true
}

// knownAccounts are those that have consented to something of the project.
func (s *Server) knownAccounts(project string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var known []string
	for c := range s.state.consents {
		if c.project == project && !slices.Contains(known, c.email) {
			known = append(known, c.email)
		}
	}
	slices.Sort(known)
	return known[:min(len(known), 5)]
}

// appName is what the consent screen calls the app.
func (s *Server) appName(c *client) string { return c.ProjectID }
