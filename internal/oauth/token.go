package oauth

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// Refresh trades a refresh token for a new access token, good for about an
// hour. The reply's refresh token is zero if the server sent none: then the old
// one goes on. A refusal is a *diagnosis.Symptom at token; "invalid_grant"
// means that a person must consent again, "no-refresh-token-kept" that refresh
// is zero. One request is made, which ctx bounds.
// Source: developers.google.com/identity/protocols/oauth2/native-app, "Refreshing an access token" (seen 2026-11-20).
func (s *Server) Refresh(ctx context.Context, client account.Client, refresh secret.Text) (account.Token, error) {
	if refresh.IsZero() {
		return account.Token{}, &diagnosis.Symptom{Where: diagnosis.AtToken, Code: "no-refresh-token-kept",
			Facts: map[string]string{"client_id": client.ID}}
	}
	token, err := s.retrieve(ctx, client, "refresh_token", func(ctx context.Context, config *oauth2.Config) (*oauth2.Token, error) {
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	}, refresh)
	if token.Refresh.Equal(refresh) {
		token.Refresh = secret.Text{} // the library gives back what it was given
	}
	return token, err
}

// exchange trades an authorization code for tokens.
func (s *Server) exchange(ctx context.Context, client account.Client, redirectURI string, code, verifier secret.Text) (account.Token, error) {
	return s.retrieve(ctx, client, "authorization_code", func(ctx context.Context, config *oauth2.Config) (*oauth2.Token, error) {
		config.RedirectURL = redirectURI
		return config.Exchange(ctx, code.Reveal(), oauth2.VerifierOption(verifier.Reveal()))
	}, code, verifier)
}

// config never lets the library guess how the client proves itself: it would
// send a refused code or refresh token a second time.
func (s *Server) config(client account.Client) *oauth2.Config {
	return &oauth2.Config{
		ClientID:     client.ID,
		ClientSecret: client.Secret.Reveal(),
		Endpoint: oauth2.Endpoint{
			AuthURL:   s.Provider.AuthorizationEndpoint,
			TokenURL:  s.Provider.TokenEndpoint,
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// retrieve makes one request of the token endpoint and reads what came of it.
func (s *Server) retrieve(ctx context.Context, client account.Client, grantType string,
	ask func(context.Context, *oauth2.Config) (*oauth2.Token, error), sent ...secret.Text) (account.Token, error) {
	tap := &tap{next: s.HTTP.Transport}
	via := *s.HTTP
	via.Transport, via.CheckRedirect, via.Jar = tap, noRedirect, nil
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &via)
	token, err := ask(ctx, s.config(client))
	if err == nil {
		return s.granted(token), nil
	}
	endpoint := s.Provider.TokenEndpoint
	var symptom *diagnosis.Symptom
	switch {
	case tap.failed != nil:
		symptom = diagnosis.Network(tap.failed, endpoint)
	case tap.reply == nil:
		symptom = diagnosis.Network(err, endpoint)
	default:
		symptom = s.refusal(diagnosis.AtToken, endpoint, *tap.reply, append(sent, client.Secret)...)
	}
	return account.Token{}, symptom.With("client_id", client.ID, "project", client.Project(), "grant_type", grantType)
}

// granted reads a token reply.
func (s *Server) granted(token *oauth2.Token) account.Token {
	granted := account.Token{
		Access:          secret.New(token.AccessToken),
		Type:            token.Type(),
		Refresh:         secret.New(token.RefreshToken),
		RefreshLifetime: lifetime(token.Extra("refresh_token_expires_in")),
	}
	if live := lifetime(token.Extra("expires_in")); live > 0 {
		granted.IssuedAt = s.Now()
		granted.Expiry = granted.IssuedAt.Add(live)
	}
	if scope, ok := token.Extra("scope").(string); ok {
		granted.Scopes = strings.Fields(scope)
	}
	if id, ok := token.Extra("id_token").(string); ok {
		granted.IDToken = secret.New(id)
	}
	return granted
}

// lifetime reads a number of seconds that may have been sent as a string.
// Nonsense is 0, as if it had not been sent; what does not fit is cut.
func lifetime(v any) time.Duration {
	var n float64
	switch v := v.(type) {
	case float64:
		n = v
	case int64:
		n = float64(v)
	case string:
		var err error
		if n, err = strconv.ParseFloat(v, 64); err != nil {
			return 0
		}
	}
	if !(n > 0) {
		return 0
	}
	return time.Duration(min(n, float64(math.MaxInt64/int64(time.Second)-1))) * time.Second
}

// noRedirect: no endpoint of ours redirects, and secrets do not follow.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// tap remembers what came over the wire: the library's errors lose the reply
// when it is not JSON, and the cause when the connection is cut in its middle.
type tap struct {
	next   http.RoundTripper
	reply  *reply
	failed error
}

// RoundTrip is the transport's, and gives the whole body at once.
func (t *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	next := t.next
	if next == nil {
		next = http.DefaultTransport //nolint:forbidigo // the client that was handed in, if it names no transport, means this one
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		t.failed = err
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	_ = resp.Body.Close()
	if err != nil {
		t.failed = err
		return nil, err
	}
	t.reply = &reply{resp.StatusCode, resp.Header, body}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
