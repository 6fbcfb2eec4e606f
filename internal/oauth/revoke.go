package oauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// Revoke withdraws the grant that a token, of either kind, belongs to: for all
// clients of the project, and at once. A token that was dead already is a
// Symptom at revoke with code invalid_token. One request is made, which ctx
// bounds.
// Source: developers.google.com/identity/protocols/oauth2/web-server, "Revoking a token" (seen 2026-11-20).
func (s *Server) Revoke(ctx context.Context, token secret.Text) error {
	endpoint := s.Provider.RevocationEndpoint
	if endpoint == "" {
		return &diagnosis.Symptom{Where: diagnosis.AtRevoke, Code: "no-revocation-endpoint"}
	}
	form := url.Values{"token": {token.Reveal()}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form))
	if err != nil {
		return diagnosis.Network(err, endpoint)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := s.do(req)
	if err != nil {
		return diagnosis.Network(err, endpoint)
	}
	if reply.status == http.StatusOK {
		return nil
	}
	return s.refusal(diagnosis.AtRevoke, endpoint, reply, token)
}
