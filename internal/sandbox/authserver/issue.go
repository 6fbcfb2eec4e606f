package authserver

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
)

// issue answers a good code.
func (s *Server) issue(c *code) answer {
	life, wantsRefresh := s.lifetime(c.owner), c.wantsRefresh
	if e := s.scenarios.At(scenario.GrantPoint); e != nil {
		wantsRefresh = wantsRefresh && !e.NoRefreshToken
	}
	var token string
	if wantsRefresh {
		token = s.mint(RefreshToken)
		now := s.now()
		s.state.addRefresh(token, &refreshToken{owner: c.owner, born: now, used: now, life: life})
	}
	reply := s.reply(c.owner, token)
	if token != "" {
		reply["refresh_token"] = token
		if life > 0 {
			reply["refresh_token_expires_in"] = int(life.Seconds())
		}
	}
	return inJSON(http.StatusOK, reply)
}

// lifetime is how long a refresh token will live, 0 for no end: seven days in
// Testing, unless nothing but signing in was granted.
func (s *Server) lifetime(o owner) time.Duration {
	publishing := s.project(o.project).Publishing
	if e := s.scenarios.At(scenario.GrantPoint); e != nil {
		if life, err := e.GrantLifetime(); err == nil && life > 0 {
			return life
		}
		if e.Publishing != "" {
			publishing = account.Publishing(e.Publishing)
		}
	}
	if publishing == account.Testing && len(boxes(o.scopes)) > 0 {
		return testingLife
	}
	return 0
}

// reply makes an access token, and an ID token if openid was granted.
func (s *Server) reply(o owner, refresh string) map[string]any {
	token, now, life := s.mint(AccessToken), s.now(), accessLife
	e := s.scenarios.At(scenario.GrantPoint)
	if e != nil && e.ShortToken {
		life = time.Minute
	}
	expires := now.Add(life)
	if e != nil && e.TokenExpired {
		expires = now
	}
	s.state.access[token] = &accessToken{owner: o, refresh: refresh, expires: expires}
	reply := map[string]any{
		"access_token": token, "expires_in": int(life.Seconds()),
		"scope": strings.Join(o.scopes, " "), "token_type": "Bearer",
	}
	if slices.Contains(o.scopes, "openid") {
		reply["id_token"] = s.idToken(o, token, now)
	}
	return reply
}
