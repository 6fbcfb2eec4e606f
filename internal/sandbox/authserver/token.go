package authserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"gmailoauth/internal/sandbox/scenario"
)

// jwtBearer is the grant type of a service account's assertion: RFC 7523.
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// tokenEndpoint is asked by programs. Which point a scenario acts at follows
// from what is traded in.
func (s *Server) tokenEndpoint(w http.ResponseWriter, r *http.Request) {
	point := scenario.TokenCode
	switch r.PostFormValue("grant_type") {
	case "refresh_token":
		point = scenario.TokenRefresh
	case jwtBearer:
		point = scenario.DelegationToken
	}
	s.played(point, s.token)(w, r)
}

// refuse is an error of RFC 6749 section 5.2 in Google's words.
func refuse(status int, code, description string) answer {
	return inJSON(status, map[string]string{"error": code, "error_description": description})
}

func missingParameter(name string) answer {
	return refuse(http.StatusBadRequest, "invalid_request", "Missing required parameter: "+name)
}

// token holds a token request against Google's rules in Google's order: the
// client, then the redirect URI, then what is traded in (google.md 2.4).
func (s *Server) token(r *http.Request) answer {
	form := r.PostForm
	grantType := form.Get("grant_type")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch grantType {
	case "":
		return missingParameter("grant_type")
	case "authorization_code", "refresh_token":
	case jwtBearer:
		s.state.sweep(s.now())
		return s.assert(form)
	default:
		return refuse(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+printable(grantType))
	}
	c, refused := s.authenticate(r)
	if refused != nil {
		return *refused
	}
	s.state.sweep(s.now())
	if grantType == "refresh_token" {
		return s.renew(c, form)
	}
	return s.exchange(c, form)
}

// authenticate knows client_secret_post and client_secret_basic.
func (s *Server) authenticate(r *http.Request) (*client, *answer) {
	id, password := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, pass, ok := r.BasicAuth(); ok { // form-encoded: RFC 6749 section 2.3.1
		if u, err := url.QueryUnescape(user); err == nil {
			id = u
		}
		if p, err := url.QueryUnescape(pass); err == nil {
			password = p
		}
	}
	var refused answer
	c := s.state.client(id)
	switch {
	case id == "":
		refused = missingParameter("client_id")
	case c == nil:
		refused = refuse(http.StatusUnauthorized, "invalid_client", "The OAuth client was not found.")
	case c.deleted:
		refused = refuse(http.StatusUnauthorized, "deleted_client", "The OAuth client was deleted.")
	case password == "":
		refused = refuse(http.StatusBadRequest, "invalid_request", "client_secret is missing.")
	case subtle.ConstantTimeCompare([]byte(password), []byte(c.Secret.Reveal())) == 0:
		refused = refuse(http.StatusUnauthorized, "invalid_client", "The provided client secret is invalid.")
	default:
		return c, nil
	}
	return nil, &refused
}

var codeShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^4/0[A-Za-z0-9_-]{20,250}$`) })

// exchange trades a code. A code works once, whatever comes of it.
func (s *Server) exchange(c *client, form url.Values) answer {
	const bad = http.StatusBadRequest
	redirectURI, text := form.Get("redirect_uri"), form.Get("code")
	switch {
	case redirectURI == "":
		return missingParameter("redirect_uri")
	case !c.accepts(redirectURI):
		return refuse(bad, "redirect_uri_mismatch", "Bad Request")
	case text == "":
		return missingParameter("code")
	case !codeShape().MatchString(text):
		return refuse(bad, "invalid_grant", "Malformed auth code.")
	}
	known := s.state.codes[text]
	if known == nil || known.clientID != c.ID {
		return refuse(bad, "invalid_grant", "Bad Request")
	}
	delete(s.state.codes, text)
	if !s.now().Before(known.expires) {
		return refuse(bad, "invalid_grant", "Bad Request")
	}
	if known.redirect != redirectURI {
		return refuse(bad, "redirect_uri_mismatch", "Bad Request")
	}
	if words := known.verify(form.Get("code_verifier")); words != "" {
		return refuse(bad, "invalid_grant", words)
	}
	return s.issue(known)
}

// verify holds the PKCE verifier against the challenge and gives Google's
// complaint. Source: google.md 4.2.
func (c *code) verify(verifier string) string {
	switch {
	case c.challenge == "" && verifier != "":
		return "code_verifier or verifier is not needed"
	case c.challenge == "":
		return ""
	case verifier == "":
		return "Missing code verifier."
	}
	derived := verifier
	if c.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		derived = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if subtle.ConstantTimeCompare([]byte(derived), []byte(c.challenge)) == 0 {
		return "Invalid code verifier."
	}
	return ""
}

// renew trades a refresh token.
func (s *Server) renew(c *client, form url.Values) answer {
	text := form.Get("refresh_token")
	if text == "" {
		return missingParameter("refresh_token")
	}
	now, known := s.now(), s.state.refresh[text]
	switch {
	case known == nil:
		return refuse(http.StatusBadRequest, "invalid_grant", "Bad Request")
	case known.clientID != c.ID:
		return refuse(http.StatusUnauthorized, "unauthorized_client", "Unauthorized client or scope in request.")
	case known.dead(now) && now.Sub(known.died) > forgotten:
		return refuse(http.StatusBadRequest, "invalid_grant", "Bad Request")
	case known.dead(now):
		return refuse(http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
	}
	o := known.owner
	if wanted := reported(strings.Fields(form.Get("scope"))); len(wanted) > 0 {
		if !containsAll(o.scopes, wanted) {
			return refuse(http.StatusBadRequest, "invalid_scope", "Some requested scopes were invalid. {valid=["+
				strings.Join(o.scopes, ", ")+"], invalid=["+printable(strings.Join(wanted, ", "))+"]}")
		}
		o.scopes = wanted
	}
	known.used = now
	reply := s.reply(o, text)
	if e := s.scenarios.At(scenario.GrantPoint); e != nil && e.NewRefresh {
		next := s.mint(RefreshToken)
		s.state.addRefresh(next, &refreshToken{owner: known.owner, born: known.born, used: now, life: known.life})
		known.died = now
		reply["refresh_token"] = next
	}
	return inJSON(http.StatusOK, reply)
}

// printable keeps what a program sent from breaking out of our words.
func printable(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, text)
	return clean[:min(len(clean), 200)]
}
