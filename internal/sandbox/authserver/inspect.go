package authserver

import (
	"net/http"
	"strconv"
	"strings"

	"gmailoauth/internal/secret"
)

// live is what an access token stands for, or nil.
func (s *Server) live(token string) *accessToken {
	a := s.state.access[token]
	if a == nil || !s.now().Before(a.expires) {
		return nil
	}
	return a
}

// Access says whom an access token speaks for. The mail servers ask here.
func (s *Server) Access(token string) (email string, scopes []string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.live(token); a != nil {
		return a.email, a.scopes, true
	}
	return "", nil, false
}

// tokeninfo takes the token from the Authorization header, or as access_token.
// Numbers come as strings, as at Google (google.md 3.6).
func (s *Server) tokeninfo(r *http.Request) answer {
	token := bearer(r, "access_token")
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(token)
	if a == nil {
		return refuse(http.StatusBadRequest, "invalid_token", "Invalid Value")
	}
	kind := "online"
	if a.offline {
		kind = "offline"
	}
	info := map[string]string{
		"azp": a.clientID, "aud": a.clientID, "scope": strings.Join(a.scopes, " "), "access_type": kind,
		"exp": strconv.FormatInt(a.expires.Unix(), 10), "expires_in": strconv.Itoa(int(a.expires.Sub(s.now()).Seconds())),
	}
	if sharesAddress(a.scopes) {
		info["email"], info["email_verified"] = a.email, "true"
	}
	if containsAll(a.scopes, []string{"openid"}) {
		info["sub"] = subject(a.email)
	}
	return inJSON(http.StatusOK, info)
}

// userinfo says who it is, as far as the scopes let it.
func (s *Server) userinfo(r *http.Request) answer {
	token := bearer(r, "access_token")
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(token)
	if a == nil || !containsAll(a.scopes, []string{"openid"}) && !sharesAddress(a.scopes) {
		refused := refuse(http.StatusUnauthorized, "invalid_request", "Invalid Credentials")
		refused.header["WWW-Authenticate"] = `Bearer realm="` + s.base + `", error="invalid_token"`
		return refused
	}
	info := map[string]any{"sub": subject(a.email)}
	if sharesAddress(a.scopes) {
		info["email"], info["email_verified"] = a.email, true
		if _, domain, _ := strings.Cut(a.email, "@"); domain != "gmail.com" {
			info["hd"] = domain
		}
	}
	return inJSON(http.StatusOK, info)
}

// introspect is RFC 7662, which Google lacks: real mail servers in tests ask
// here. The token comes as token, in a form or the query, or as a Bearer header.
// A dead token is no error: active is false.
func (s *Server) introspect(r *http.Request) answer {
	token := r.FormValue("token")
	if token == "" {
		token = bearer(r, "access_token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(token)
	if a == nil {
		return inJSON(http.StatusOK, map[string]any{"active": false})
	}
	return inJSON(http.StatusOK, map[string]any{
		"active": true, "username": a.email, "email": a.email, "sub": subject(a.email), "client_id": a.clientID,
		"scope": strings.Join(a.scopes, " "), "exp": a.expires.Unix(), "token_type": "Bearer",
	})
}

// revoke withdraws all that the token's account granted to the client's project.
func (s *Server) revoke(r *http.Request) answer {
	token := r.FormValue("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	var o owner
	now := s.now()
	if a := s.live(token); a != nil {
		o = a.owner
	} else if known := s.state.refresh[token]; known != nil && !known.dead(now) {
		o = known.owner
	} else {
		return refuse(http.StatusBadRequest, "invalid_token", "Token expired or revoked")
	}
	s.state.withdraw(o.email, o.project, now)
	return inJSON(http.StatusOK, map[string]string{})
}

// Authorize consents without a browser and gives the refresh token, or the zero
// Text if there is no such client. Scopes may be in their short form.
func (s *Server) Authorize(clientID, email string, scopes []string) secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.client(clientID)
	if c == nil {
		return secret.Text{}
	}
	email, scopes = strings.ToLower(email), reported(scopes)
	o := owner{email, c.ID, c.ProjectID, scopes, true}
	s.state.sweep(s.now())
	s.state.consents[consent{email, c.ProjectID}] = scopes
	token, now := s.mint(RefreshToken), s.now()
	s.state.addRefresh(token, &refreshToken{owner: o, born: now, used: now, life: s.lifetime(o)})
	return secret.New(token)
}

// ExpireAccess ends the access tokens of an account, or of all if email is
// empty; refresh tokens live on.
func (s *Server) ExpireAccess(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.state.access {
		if email == "" || strings.EqualFold(a.email, email) {
			a.expires = s.now()
		}
	}
}

// Withdraw ends all grants of an account, or of all if email is empty, as the
// account's own "third-party connections" page does.
func (s *Server) Withdraw(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.state.consents {
		if email == "" || strings.EqualFold(c.email, email) {
			s.state.withdraw(c.email, c.project, s.now())
		}
	}
}
