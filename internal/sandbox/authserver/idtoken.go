package authserver

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"time"
)

// idToken is a JWT, signed with a key that nobody can ask for: its reader got
// it over TLS from the token endpoint, which is all that OpenID Connect core
// section 3.1.3.7 asks of such a reader.
func (s *Server) idToken(o owner, access string, now time.Time) string {
	sum := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss": s.base, "azp": o.clientID, "aud": o.clientID, "sub": subject(o.email),
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]), "iat": now.Unix(), "exp": now.Add(accessLife).Unix(),
	}
	if sharesAddress(o.scopes) {
		claims["email"], claims["email_verified"] = o.email, true
	}
	part := func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // plain values
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(map[string]string{"alg": "ES256", "typ": "JWT"}) + "." + part(claims)
	digest := sha256.Sum256([]byte(signed))
	r, t, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(append(fixed(r), fixed(t)...))
}

// fixed is a number in 32 bytes: RFC 7518 section 3.4.
func fixed(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

func sharesAddress(scopes []string) bool {
	return slices.Contains(scopes, apiScopes()+"userinfo.email")
}
