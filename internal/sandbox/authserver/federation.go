package authserver

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/secret"
)

// What the sandbox's pool trusts: one provider, one kind of subject token.
const (
	poolProvider  = "//iam.googleapis.com/projects/815407401234/locations/global/workloadIdentityPools/ci/providers/ci"
	tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessType    = "urn:ietf:params:oauth:token-type:access_token"
	jwtType       = "urn:ietf:params:oauth:token-type:jwt"
	workload      = "repo:example/mail:ref:refs/heads/main"
	requestToken  = "sandbox-request-token"
)

// PoolProvider is the audience of the provider that the security token service
// knows.
func PoolProvider() string { return poolProvider }

// RequestToken is what opens the address at which a job gets its subject token.
func RequestToken() secret.Text { return secret.New(requestToken) }

// SubjectToken is what a CI server or a cluster says of a job, to an audience;
// empty is that of PoolProvider.
func (s *Server) SubjectToken(audience string, life time.Duration) (secret.Text, error) {
	key, err := signingKey()
	if err != nil {
		return secret.Text{}, err
	}
	if audience == "" {
		audience = "https:" + poolProvider
	}
	claims, err := json.Marshal(jwtClaims{Issuer: s.base, Subject: workload, Audience: audience, IssuedAt: s.now().Unix(), Expires: s.now().Add(life).Unix()})
	if err != nil {
		return secret.Text{}, err
	}
	encode := base64.RawURLEncoding.EncodeToString
	said := encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"ci"}`)) + "." + encode(claims)
	sum := sha256.Sum256([]byte(said))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return secret.New(said + "." + encode(signature)), err
}

// routeFederation sets up the security token service, and the address at which a
// CI server gives a job its subject token.
func (s *Server) routeFederation() {
	s.mux.HandleFunc("POST /v1/token", s.playedAs(scenario.FederationExchange, saidBySTS, s.exchangeSubject))
	s.mux.HandleFunc("GET /subject-token", s.played(scenario.FederationSubject, s.giveSubject))
}

// saidBySTS refuses as the service does, in the shape of RFC 6749, and when the
// service itself is off in that of Google's APIs.
func saidBySTS(e *scenario.Effect) (answer, bool) {
	if e.Parameters["reason"] != "" {
		return saidByCloud(e)
	}
	return said(e)
}

// giveSubject is what a job of GitHub Actions is given that asks for its token.
func (s *Server) giveSubject(r *http.Request) answer {
	if _, sent, _ := strings.Cut(r.Header.Get("Authorization"), " "); sent != requestToken {
		return inJSON(http.StatusUnauthorized, map[string]string{"message": "Bad credentials"})
	}
	token, err := s.SubjectToken(r.FormValue("audience"), 5*time.Minute)
	if err != nil {
		return inJSON(http.StatusInternalServerError, map[string]string{"message": "Internal error"})
	}
	return inJSON(http.StatusOK, map[string]any{"count": 1, "value": token.Reveal()})
}

// exchangeSubject trades a subject token for a token of Google's, which lives no
// longer than it does.
// Source: cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token; the words of refusals: issues of
// google-github-actions/auth (211, 161, 1362) and cube-js/cube 11046 (seen 2026-11-21).
func (s *Server) exchangeSubject(r *http.Request) answer {
	const bad = http.StatusBadRequest
	if err := r.ParseForm(); err != nil {
		return refuse(bad, "invalid_request", "Bad Request")
	}
	form := r.PostForm
	claims, _, signed := readJWT(form.Get("subject_token"))
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	switch {
	case form.Get("grant_type") != tokenExchange:
		return refuse(bad, "unsupported_grant_type", "Invalid grant_type")
	case form.Get("requested_token_type") != accessType:
		return refuse(bad, "invalid_request", "Invalid requested_token_type")
	case !strings.HasPrefix(form.Get("audience"), "//iam.googleapis.com/"):
		return refuse(bad, "invalid_request", "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.")
	case form.Get("audience") != poolProvider:
		return refuse(bad, "invalid_target", "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.")
	case form.Get("subject_token_type") != jwtType, claims.Issuer == "":
		return refuse(bad, "invalid_request", "Unable to parse the ID Token.")
	case claims.Issuer != s.base:
		return refuse(bad, "invalid_grant", "The issuer in ID Token "+printable(claims.Issuer)+" does not match the expected ones: "+s.base)
	case !signed:
		return refuse(bad, "invalid_grant", "Invalid ID Token Signature.")
	case now.Unix() >= claims.Expires:
		return refuse(bad, "invalid_grant", "ID Token issued at "+strconv.FormatInt(claims.IssuedAt, 10)+" is stale to sign-in.")
	case claims.Audience != "https:"+poolProvider:
		return refuse(bad, "invalid_grant", "The audience in ID Token ["+printable(claims.Audience)+"] does not match the expected audience.")
	}
	life := min(accessLife, time.Unix(claims.Expires, 0).Sub(now))
	token := s.mint(AccessToken)
	s.state.access[token] = &accessToken{owner: owner{email: claims.Subject, scopes: strings.Fields(form.Get("scope"))}, expires: now.Add(life)}
	return inJSON(http.StatusOK, map[string]any{"access_token": token, "issued_token_type": accessType, "token_type": "Bearer", "expires_in": int(life.Seconds())})
}

// generateAccessToken lets whoever is let in act as a service account.
// Source: googleapis/googleapis google/iam/credentials/v1/common.proto (seen 2026-11-21).
func (s *Server) generateAccessToken(r *http.Request) answer {
	email := strings.TrimSuffix(r.PathValue("email"), ":generateAccessToken")
	a := s.serviceAccount(email)
	if a == nil {
		return cloudRefusal(http.StatusForbidden, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
			map[string]string{"reason": "IAM_PERMISSION_DENIED", "service": "iam.googleapis.com"})
	}
	var wanted struct {
		Scopes   []string `json:"scope"`
		Lifetime string   `json:"lifetime"`
	}
	err := json.NewDecoder(r.Body).Decode(&wanted)
	life, lifeErr := time.ParseDuration(wanted.Lifetime)
	if err != nil || lifeErr != nil || life > time.Hour || !containsAll([]string{google.Known().Scopes["cloud-platform"].Value}, wanted.Scopes) {
		return cloudRefusal(http.StatusBadRequest, "INVALID_ARGUMENT", "Request contains an invalid argument.", nil)
	}
	token, expires := s.mint(AccessToken), s.now().Add(life)
	s.state.access[token] = &accessToken{owner: owner{email: a.email, scopes: wanted.Scopes}, expires: expires}
	return inJSON(http.StatusOK, map[string]string{"accessToken": token, "expireTime": expires.UTC().Format(time.RFC3339)})
}
