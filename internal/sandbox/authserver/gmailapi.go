package authserver

import (
	"net/http"
	"slices"

	"gmailoauth/internal/google"
)

// gmailProfile is users.getProfile of the Gmail API, the only call of it that
// the look-alike knows. Whether the API is switched on is a scenario's to say.
// Source: developers.google.com/workspace/gmail/api/reference/rest/v1/users/getProfile (seen 2026-11-20).
func (s *Server) gmailProfile(r *http.Request) answer {
	token := bearer(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(token)
	switch {
	case a == nil:
		return apiError(http.StatusUnauthorized, "UNAUTHENTICATED", "authError", "Invalid Credentials")
	case !slices.Contains(a.scopes, google.MailScope()):
		return apiError(http.StatusForbidden, "PERMISSION_DENIED", "insufficientPermissions", "Request had insufficient authentication scopes.")
	}
	return inJSON(http.StatusOK, map[string]any{"emailAddress": a.email, "messagesTotal": 1, "threadsTotal": 1, "historyId": "1000"})
}

// apiError is how Google's APIs, other than OAuth's own endpoints, refuse.
func apiError(code int, status, reason, message string) answer {
	return inJSON(code, map[string]any{"error": map[string]any{
		"code": code, "message": message, "status": status,
		"errors": []any{map[string]string{"message": message, "domain": "global", "reason": reason}},
	}})
}
