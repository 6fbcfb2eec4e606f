package authserver

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// jwtClaims are those of an assertion.
type jwtClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Scope    string `json:"scope"`
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// readJWT reads an assertion; signed is whether the signature is that of our key.
func readJWT(text string) (claims jwtClaims, keyID string, signed bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return claims, "", false
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	into := func(part string, v any) bool {
		data, err := base64.RawURLEncoding.DecodeString(part)
		return err == nil && json.Unmarshal(data, v) == nil
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !into(parts[0], &header) || !into(parts[1], &claims) {
		return jwtClaims{}, "", false
	}
	key, err := signingKey()
	if err != nil || header.Algorithm != "RS256" {
		return claims, header.KeyID, false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return claims, header.KeyID, rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature) == nil
}
