package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// GrantAssertion is the grant type of a service account that speaks for a
// mailbox: RFC 7523 section 2.1.
const GrantAssertion = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// assertionGrant is how refusals call it.
const assertionGrant = "jwt-bearer"

// Assert trades the signed word of a service account for an access token. There
// is no refresh token: a new assertion is traded each hour. A refusal is a
// *diagnosis.Symptom at token with grant_type jwt-bearer. One request is made,
// which ctx bounds.
// Source: developers.google.com/identity/protocols/oauth2/service-account (seen 2026-11-20).
func (s *Server) Assert(ctx context.Context, assertion secret.Text) (account.Token, error) {
	endpoint := s.Provider.TokenEndpoint
	form := url.Values{"grant_type": {GrantAssertion}, "assertion": {assertion.Reveal()}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return account.Token{}, diagnosis.Network(err, endpoint).With("grant_type", assertionGrant)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	reply, err := s.do(req)
	if err != nil {
		return account.Token{}, diagnosis.Network(err, endpoint).With("grant_type", assertionGrant)
	}
	var granted struct {
		Access  string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires any    `json:"expires_in"`
		Scope   string `json:"scope"`
	}
	if reply.status != http.StatusOK || json.Unmarshal(reply.body, &granted) != nil || granted.Access == "" {
		return account.Token{}, s.refusal(diagnosis.AtToken, endpoint, reply, assertion).With("grant_type", assertionGrant)
	}
	token := account.Token{Access: secret.New(granted.Access), Type: cmp.Or(granted.Type, "Bearer"), Scopes: strings.Fields(granted.Scope)}
	if live := lifetime(granted.Expires); live > 0 {
		token.IssuedAt = s.Now()
		token.Expiry = token.IssuedAt.Add(live)
	}
	return token, nil
}
