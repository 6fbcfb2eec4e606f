package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/sandbox/scenario"
)

// The pages behind /auth, under Google's own paths: a login-free look tells
// from them whether client and redirect URI are known.
const (
	identifierPath = "/v3/signin/identifier"
	consentPath    = "/signin/oauth/consent"
	errorPath      = "/signin/oauth/error"
)

// request is an authorization request that was found good.
type request struct {
	url.Values
	client *client
	scopes []string
}

// authorize answers every request with a redirect, as Google does: to the page
// that asks who one is, or to the error page with the reason in its address.
func (s *Server) authorize(r *http.Request) answer {
	query := r.URL.Query()
	if effect := s.scenarios.At(scenario.Authorize); effect != nil {
		if a, spoken := s.spokenPage(r, effect, query); spoken {
			return a
		}
	}
	if _, refused := s.check(query); refused != nil {
		return s.toErrorPage(r, refused, query)
	}
	query.Set("flowName", "GeneralOAuthFlow")
	return redirect(s.baseOf(r) + identifierPath + "?" + query.Encode())
}

// spokenPage is what a scenario makes of a page: Google's error page, or a page
// of its own.
func (s *Server) spokenPage(r *http.Request, e *scenario.Effect, query url.Values) (answer, bool) {
	if e.Delay > 0 && !s.held(r.Context(), e.Delay) {
		panic(http.ErrAbortHandler)
	}
	if e.Hang {
		s.hang(r)
	}
	if e.Error != "" && e.Body == "" {
		refused := &AuthError{Code: e.Error, Text: e.Description, Help: e.HelpURL, Status: e.Status}
		if e.Error == "redirect_uri_mismatch" {
			refused.Parameters = url.Values{"redirect_uri": query["redirect_uri"]}
		}
		return s.toErrorPage(r, refused, query), true
	}
	if e.Close {
		panic(http.ErrAbortHandler)
	}
	return said(e)
}

func (s *Server) toErrorPage(r *http.Request, e *AuthError, query url.Values) answer {
	to := url.Values{"authError": {e.Encode()}, "flowName": {"GeneralOAuthFlow"}}
	if id := query.Get("client_id"); id != "" {
		to.Set("client_id", id)
	}
	return redirect(s.baseOf(r) + errorPath + "?" + to.Encode())
}

// check holds a request against the rules that need no login, in Google's
// order: the client, then the rules for redirect URIs, then the client's list,
// then the rest.
func (s *Server) check(query url.Values) (*request, *AuthError) {
	missing := func(name string) *AuthError {
		e := refusal("missing", "{name}", name)
		e.Parameters = query
		return e
	}
	id, redirectURI := query.Get("client_id"), query.Get("redirect_uri")
	if id == "" {
		return nil, missing("client_id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.client(id)
	switch {
	case c == nil:
		return nil, refusal("invalid-client")
	case c.deleted:
		return nil, refusal("deleted-client")
	case redirectURI == "":
		return nil, missing("redirect_uri")
	case !abides(redirectURI):
		e := refusal("policy")
		e.Parameters = query
		return nil, e
	case !c.accepts(redirectURI):
		e := refusal("redirect-mismatch")
		e.Parameters = url.Values{"redirect_uri": {redirectURI}}
		return nil, e
	case query.Get("response_type") == "":
		return nil, missing("response_type")
	case query.Get("response_type") != "code":
		return nil, refusal("bad-value", "{name}", "response_type")
	case strings.TrimSpace(query.Get("scope")) == "":
		return nil, missing("scope")
	case query.Has("code_challenge") && !slices.Contains([]string{"S256", "plain", ""}, query.Get("code_challenge_method")):
		return nil, refusal("bad-value", "{name}", "code_challenge_method")
	case query.Has("code_challenge") && len(query.Get("code_challenge")) < 43:
		return nil, refusal("bad-value", "{name}", "code_challenge")
	}
	scopes := strings.Fields(query.Get("scope"))
	var good, bad []string
	for _, scope := range scopes {
		if exists(scope) {
			good = append(good, scope)
		} else {
			bad = append(bad, scope)
		}
	}
	if len(bad) > 0 {
		return nil, refusal("bad-scope", "{valid}", strings.Join(good, ", "), "{invalid}", strings.Join(bad, ", "))
	}
	return &request{Values: query, client: c, scopes: reported(scopes)}, nil
}

// errorPage shows what its address carries.
func (s *Server) errorPage(r *http.Request) answer {
	e, err := DecodeAuthError(r.URL.Query().Get("authError"))
	if err != nil {
		return page(http.StatusBadRequest, "error.html", map[string]any{"Title": "Error", "Error": AuthError{Status: 400, Code: "invalid_request", Text: "This address is not whole."}})
	}
	status := e.Status
	if status < 400 || status > 599 {
		status = http.StatusBadRequest
	}
	data := map[string]any{"Title": "Error", "Error": e, "Paragraphs": strings.Split(e.Text, "\n\n")}
	return page(status, "error.html", data)
}
