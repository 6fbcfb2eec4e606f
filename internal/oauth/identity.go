package oauth

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// patience is how long tokeninfo alone is waited for.
const patience = 2 * time.Second

// Identify asks whom an access token speaks for, for which client and scopes:
// tokeninfo, which at Google shares a connection with the renewal and says all
// that userinfo says, and userinfo when that has not said it, or not in two
// seconds. If one of them does not exist or does not answer, what the other says
// is given; Email is empty if the token has no email scope. A Symptom at identity,
// or at connect, means that neither answered. ctx bounds both.
func (s *Server) Identify(ctx context.Context, access secret.Text) (account.Identity, error) {
	if s.Provider.UserinfoEndpoint == "" && s.Provider.TokeninfoEndpoint == "" {
		return account.Identity{}, errNoEndpoint
	}
	var user, info claims
	var userErr, infoErr error
	told := make(chan struct{})
	go func() {
		defer close(told)
		info, infoErr = s.askAbout(ctx, http.MethodPost, s.Provider.TokeninfoEndpoint, access)
	}()
	slow := time.NewTimer(patience)
	defer slow.Stop()
	enough := false
	select {
	case <-told:
		enough = infoErr == nil && info.Email != ""
	case <-slow.C:
	}
	if !enough {
		user, userErr = s.askAbout(ctx, http.MethodGet, s.Provider.UserinfoEndpoint, access)
	}
	<-told
	if userErr != nil && infoErr != nil {
		return account.Identity{}, graver(infoErr, userErr)
	}
	return account.Identity{
		Email:     cmp.Or(user.Email, info.Email),
		ClientID:  cmp.Or(text(info.Audience), info.Party),
		Scopes:    strings.Fields(info.Scope),
		ExpiresIn: lifetime(info.ExpiresIn),
	}, nil
}

// claims are what the three sources say, each of them a part.
type claims struct {
	Email     string `json:"email"`
	Audience  any    `json:"aud"` // a list in some ID tokens
	Party     string `json:"azp"`
	Scope     string `json:"scope"`
	ExpiresIn any    `json:"expires_in"` // tokeninfo sends it as a string
}

var errNoEndpoint = errors.New("the provider has no such endpoint")

// askAbout sends the token in a header: addresses are kept in logs.
func (s *Server) askAbout(ctx context.Context, method, endpoint string, access secret.Text) (claims, error) {
	if endpoint == "" {
		return claims{}, errNoEndpoint
	}
	req, err := http.NewRequestWithContext(ctx, method, endpoint, http.NoBody)
	if err != nil {
		return claims{}, diagnosis.Network(err, endpoint)
	}
	req.Header.Set("Authorization", "Bearer "+access.Reveal())
	reply, err := s.do(req)
	if err != nil {
		return claims{}, diagnosis.Network(err, endpoint)
	}
	var said claims
	if reply.status == http.StatusOK && json.Unmarshal(reply.body, &said) == nil {
		return said, nil
	}
	return claims{}, s.refusal(diagnosis.AtIdentity, endpoint, reply, access)
}

// do makes one request and reads at most maxReply of the reply.
func (s *Server) do(req *http.Request) (reply, error) {
	client := *s.HTTP
	client.CheckRedirect = noRedirect
	client.Jar = nil
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	return reply{resp.StatusCode, resp.Header, body}, err
}

// graver gives the error that says more: a refusal of the token before trouble
// on the way, and anything before an endpoint that does not exist.
func graver(a, b error) error {
	weight := func(err error) int {
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		switch {
		case !ok:
			return 0
		case symptom.Where == diagnosis.AtIdentity && symptom.Status >= 400 && symptom.Status < 429:
			return 2
		}
		return 1
	}
	if weight(b) > weight(a) {
		return b
	}
	return a
}

// readIDToken reads the claims of an ID token that came straight from the token
// endpoint, over TLS; so its signature need not be checked.
// Source: OpenID Connect Core 1.0, section 3.1.3.7, item 6 (seen 2026-11-20).
func readIDToken(idToken secret.Text) (claims, bool) {
	parts := strings.Split(idToken.Reveal(), ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var said claims
	if err != nil || json.Unmarshal(payload, &said) != nil {
		return claims{}, false
	}
	return said, true
}
