package account

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

var errNoKey = errors.New("no RSA private key in PEM")

// ServiceKey is a key of a service account, as its JSON file holds it.
type ServiceKey struct {
	Email     string // of the service account
	ClientID  string // numeric: what the Admin console wants
	ProjectID string
	KeyID     string
	Private   secret.Text // PEM
}

// ReadServiceKey reads the JSON file of a service account's key. name is the
// file's, for messages. Every other file is refused with a *diagnosis.Symptom at
// client that says what it is; nothing of what stands in it is repeated, and its
// endpoints are not read: the provider's count.
// Source: cloud.google.com/iam/docs/keys-create-delete (seen 2026-11-20).
func ReadServiceKey(data []byte, name string) (ServiceKey, error) {
	f := clientFile{name: name, data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	top, err := f.object()
	if err != nil {
		if symptom := diagnosis.SymptomOf(err); symptom.Code == "not-json" {
			return ServiceKey{}, f.refuse("not-a-service-key", "kind", symptom.Facts["kind"])
		}
		return ServiceKey{}, err
	}
	kind := kindOfObject(top)
	if _, ok := top["installed"]; ok || top["web"] != nil {
		kind = "client"
	}
	switch kind {
	case "service_account":
	case "external_account":
		return ServiceKey{}, f.refuse("workload-identity-file")
	default:
		return ServiceKey{}, f.refuse("not-a-service-key", "kind", kind)
	}
	var wire struct {
		Email     string `json:"client_email"`
		ClientID  string `json:"client_id"`
		ProjectID string `json:"project_id"`
		KeyID     string `json:"private_key_id"`
		Private   string `json:"private_key"`
	}
	if json.Unmarshal(f.data, &wire) != nil {
		return ServiceKey{}, f.refuse("service-key-damaged")
	}
	key := ServiceKey{Email: strings.ToLower(strings.TrimSpace(wire.Email)), ClientID: strings.TrimSpace(wire.ClientID),
		ProjectID: wire.ProjectID, KeyID: wire.KeyID, Private: secret.New(strings.TrimSpace(wire.Private))}
	if _, err := CheckEmail(key.Email); err != nil || key.ClientID == "" || strings.Trim(key.ClientID, "0123456789") != "" {
		return ServiceKey{}, f.refuse("service-key-damaged")
	}
	if _, err := key.RSA(); err != nil {
		return ServiceKey{}, f.refuse("service-key-damaged", "line", f.lineOf("private_key"))
	}
	return key, nil
}

// Text is the key as it is kept in a store of secrets; ParseServiceKey reads it.
func (k ServiceKey) Text() secret.Text {
	text, err := json.Marshal(map[string]string{"type": "service_account", "client_email": k.Email, "client_id": k.ClientID,
		"project_id": k.ProjectID, "private_key_id": k.KeyID, "private_key": k.Private.Reveal()})
	if err != nil {
		panic(err) // texts only
	}
	return secret.New(string(text))
}

// ParseServiceKey reads what Text wrote. An error shows nothing of it.
func ParseServiceKey(text secret.Text) (ServiceKey, error) {
	return ReadServiceKey([]byte(text.Reveal()), "")
}

// RSA is the private key itself. An error shows nothing of it.
func (k ServiceKey) RSA() (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(k.Private.Reveal()))
	if block == nil {
		return nil, errNoKey
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, errNoKey
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, errNoKey
	}
	return key, nil
}
