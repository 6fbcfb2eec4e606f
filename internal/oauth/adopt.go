package oauth

import (
	"context"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

// Adopt tries a refresh token that was made elsewhere, by renewing with it
// once, and holds what comes of it against what is needed, as Authorize does:
// the Symptoms are the same. The token that is given back holds the refresh
// token to be kept: the server's new one, or else the old one.
func (s *Server) Adopt(ctx context.Context, client account.Client, email string, refresh secret.Text) (account.Token, account.Identity, error) {
	r := Request{Client: client, Account: email, Scopes: s.Provider.Scopes}
	token, err := s.Refresh(ctx, client, refresh)
	if err != nil {
		return account.Token{}, account.Identity{}, asked(err, r, "")
	}
	if token.Refresh.IsZero() {
		token.Refresh = refresh
	}
	identity := s.consenting(ctx, client, token)
	if len(token.Scopes) == 0 {
		token.Scopes = identity.Scopes
	}
	return token, identity, granted(r, token, identity)
}
