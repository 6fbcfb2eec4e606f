// Package oauth gets, renews and withdraws tokens, and asks Google what it
// thinks of a client or a token. It keeps nothing: what it gets it returns.
//
// Every refusal is a *diagnosis.Symptom with the server's own words.
package oauth

import (
	"context"
	"net/http"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Server is the authorization server that answers us: Google, or what a
// provider file says. Any goroutine may use it.
type Server struct {
	HTTP     *http.Client
	Provider google.Provider
	Now      func() time.Time
}

// Refresh trades a refresh token for a new access token, good for about an
// hour. The reply's refresh token is zero if the server sent none: then the old
// one goes on.
func (s *Server) Refresh(ctx context.Context, client account.Client, refresh secret.Text) (account.Token, error) {
	panic("being written")
}

// Identify asks userinfo and tokeninfo whom an access token speaks for, for
// which client and scopes.
func (s *Server) Identify(ctx context.Context, access secret.Text) (account.Identity, error) {
	panic("being written")
}

// Revoke withdraws the grant that a token, of either kind, belongs to: for all
// clients of the project.
func (s *Server) Revoke(ctx context.Context, token secret.Text) error { panic("being written") }
