package oauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"gmailoauth/internal/secret"
)

// Mailbox asks the Gmail API whose mailbox an access token opens: the mail
// scope is enough for it, where userinfo wants one of its own. It is empty if
// the provider has no such endpoint, or does not say, as when the API is not
// switched on in the client's project. One request is made, which ctx bounds.
// Source: developers.google.com/workspace/gmail/api/reference/rest/v1/users/getProfile (seen 2026-11-21).
func (s *Server) Mailbox(ctx context.Context, access secret.Text) string {
	u, err := url.Parse(s.Provider.GmailEndpoint)
	if err != nil || u.Host == "" {
		return ""
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath(gmailProfile).String(), http.NoBody)
	if err != nil {
		return ""
	}
	req.Header.Set("Authorization", "Bearer "+access.Reveal())
	reply, err := s.do(req)
	var profile struct {
		Email string `json:"emailAddress"`
	}
	if err != nil || reply.status != http.StatusOK || json.Unmarshal(reply.body, &profile) != nil {
		return ""
	}
	return profile.Email
}
