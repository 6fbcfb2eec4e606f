// Package delegation writes and signs what a service account says when it asks
// for a mailbox of its Workspace: an assertion, which lives for an hour at most
// and is good for one mailbox and the scopes in it. It reaches nobody.
//
// The library that could sign (x/oauth2/jwt) reads the machine's own clock and
// sends the request itself; here the clock is the caller's, and an assertion that
// Google signed takes the same way as one that was signed here.
package delegation

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Claims are what an assertion says.
type Claims struct {
	Issuer   string `json:"iss"` // address of the service account
	Subject  string `json:"sub"` // the mailbox
	Scope    string `json:"scope"`
	Audience string `json:"aud"` // the token endpoint
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// NewClaims asks for a mailbox, as d says, from now on.
// Source: developers.google.com/identity/protocols/oauth2/service-account, "Preparing to make a delegated API call" (seen 2026-11-20).
func NewClaims(d account.Delegation, mailbox, audience string, now time.Time) Claims {
	life, err := time.ParseDuration(google.Known().Limits["assertion-lifetime"].Value)
	if err != nil {
		life = time.Hour
	}
	return Claims{Issuer: d.ServiceAccount, Subject: mailbox, Scope: strings.Join(d.Scopes, " "), Audience: audience,
		IssuedAt: now.Unix(), Expires: now.Add(life).Unix()}
}

// JSON is how the claims are written, for whoever else signs them.
func (c Claims) JSON() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return string(text)
}

// Signer signs with a key, which it reads once. Any goroutine may use it.
type Signer struct {
	key    *rsa.PrivateKey
	header string
}

// NewSigner reads a key; an error shows nothing of it.
func NewSigner(key account.ServiceKey) (*Signer, error) {
	private, err := key.RSA()
	if err != nil {
		return nil, err
	}
	header, err := json.Marshal(struct {
		Algorithm string `json:"alg"`
		Type      string `json:"typ"`
		KeyID     string `json:"kid,omitempty"`
	}{"RS256", "JWT", key.KeyID})
	if err != nil {
		return nil, err
	}
	return &Signer{private, base64.RawURLEncoding.EncodeToString(header)}, nil
}

// Sign gives the assertion: a JWT (RFC 7519) signed with RS256 (RFC 7518).
func (s *Signer) Sign(c Claims) (secret.Text, error) {
	said := s.header + "." + base64.RawURLEncoding.EncodeToString([]byte(c.JSON()))
	sum := sha256.Sum256([]byte(said))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return secret.Text{}, fmt.Errorf("sign for %s: %w", c.Issuer, err)
	}
	return secret.New(said + "." + base64.RawURLEncoding.EncodeToString(signature)), nil
}
