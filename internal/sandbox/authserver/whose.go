package authserver

import (
	"net/http"

	"gmailoauth/internal/sandbox/scenario"
)

// whose is the account that a request is about, where a mailbox can have
// scenarios of its own: a renewal is about the owner of its refresh token.
func (s *Server) whose(point string, r *http.Request) string {
	if point != scenario.TokenRefresh {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.state.refresh[r.PostFormValue("refresh_token")]; known != nil {
		return known.email
	}
	return ""
}
