package delegation_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/delegation"
	"gmailoauth/internal/secret"
)

func newKey(t *testing.T) (*rsa.PrivateKey, account.ServiceKey) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return private, account.ServiceKey{Email: "mail@my-mail-123.iam.gserviceaccount.com", ClientID: "100000000000000000001", KeyID: "0123abcd",
		Private: secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))}
}

// What is signed is what Google's page on service accounts describes, and the
// signature is that of the key (held against crypto/rsa, which did not write it).
func TestSign(t *testing.T) {
	private, key := newKey(t)
	signer, err := delegation.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	d := account.Delegation{ServiceAccount: key.Email, Scopes: []string{"https://mail.google.com/", "other"}}
	assertion, err := signer.Sign(delegation.NewClaims(d, "office@example.com", "https://oauth2.example.com/token", now))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(assertion.Reveal(), ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts, want 3", len(parts))
	}
	var got [2]map[string]any
	for i := range got {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got[i]); err != nil {
			t.Fatal(err)
		}
	}
	want := [2]map[string]any{
		{"alg": "RS256", "typ": "JWT", "kid": "0123abcd"},
		{"iss": key.Email, "sub": "office@example.com", "scope": "https://mail.google.com/ other", "aud": "https://oauth2.example.com/token",
			"iat": float64(now.Unix()), "exp": float64(now.Add(time.Hour).Unix())},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("header and claims (-want +got):\n%s", diff)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		t.Errorf("the signature: %v", err)
	}
}

func TestNewSignerShowsNoKey(t *testing.T) {
	_, key := newKey(t)
	text := strings.Replace(key.Private.Reveal(), "A", "B", 3)
	key.Private = secret.New(text[:len(text)/2])
	_, err := delegation.NewSigner(key)
	if err == nil {
		t.Fatal("half a key is taken")
	}
	if strings.Contains(err.Error(), text[60:90]) {
		t.Errorf("the error shows the key: %v", err)
	}
}
