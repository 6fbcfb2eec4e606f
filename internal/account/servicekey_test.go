package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// keyFile is a key's file in Google's shape, with some values in place of its own.
func keyFile(t *testing.T, values map[string]any) string {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := map[string]any{"type": "service_account", "project_id": "my-mail-123", "private_key_id": "0123abcd",
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})),
		"client_email": "Mail@my-mail-123.iam.gserviceaccount.com", "client_id": "100000000000000000001",
		"token_uri": "https://evil.example.com/token", "universe_domain": "example.com"}
	maps.Copy(file, values)
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReadServiceKey(t *testing.T) {
	key, err := account.ReadServiceKey([]byte("\xef\xbb\xbf"+keyFile(t, nil)), "key.json")
	if err != nil {
		t.Fatal(err)
	}
	if key.Email != "mail@my-mail-123.iam.gserviceaccount.com" || key.ClientID != "100000000000000000001" || key.KeyID != "0123abcd" {
		t.Errorf("ReadServiceKey = %+v", key)
	}
	again, err := account.ParseServiceKey(key.Text())
	if err != nil || again.Email != key.Email || !again.Private.Equal(key.Private) || again.KeyID != key.KeyID {
		t.Errorf("ParseServiceKey(Text) = %+v, %v", again, err)
	}
	if strings.Contains(key.Text().Reveal(), "evil") {
		t.Error("the token endpoint of the file is kept")
	}
	if _, err := key.RSA(); err != nil {
		t.Errorf("RSA = %v", err)
	}
}

func TestReadServiceKeyRefuses(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	other := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for name, row := range map[string]struct{ text, code, kind string }{
		"a client":                {`{"installed": {"client_id": "1-a.apps.example.com", "client_secret": "GOCSPX-aaaaaaaaaaaa"}}`, "not-a-service-key", "client"},
		"a web client":            {`{"web": {"client_id": "1-a.apps.example.com"}}`, "not-a-service-key", "client"},
		"workload identity":       {`{"type": "external_account", "audience": "x"}`, "workload-identity-file", ""},
		"an authorized user":      {`{"type": "authorized_user", "refresh_token": "1//abcdefghijkl"}`, "not-a-service-key", "authorized_user"},
		"a bare private key":      {"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", "not-a-service-key", "private_key"},
		"a page":                  {"<html>", "not-a-service-key", "html"},
		"nothing":                 {"", "empty-file", ""},
		"half a file":             {`{"type": "service_account", "private_key": "`, "truncated-json", ""},
		"no key":                  {keyFile(t, map[string]any{"private_key": ""}), "service-key-damaged", ""},
		"a key of a curve":        {keyFile(t, map[string]any{"private_key": other}), "service-key-damaged", ""},
		"no line breaks":          {strings.ReplaceAll(keyFile(t, nil), `\n`, ""), "service-key-damaged", ""},
		"no address":              {keyFile(t, map[string]any{"client_email": ""}), "service-key-damaged", ""},
		"an ID that is no number": {keyFile(t, map[string]any{"client_id": "1-a.apps.example.com"}), "service-key-damaged", ""},
		"a number for a text":     {keyFile(t, map[string]any{"client_email": 5}), "service-key-damaged", ""},
	} {
		_, err := account.ReadServiceKey([]byte(row.text), "key.json")
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Code != row.code || symptom.Facts["kind"] != row.kind || symptom.Facts["file"] != "key.json" {
			t.Errorf("%s: %+v, want %s %s", name, err, row.code, row.kind)
		}
		for _, shown := range []string{"MIIE", "GOCSPX-aaaa", "1//abcdefgh"} {
			if err != nil && strings.Contains(err.Error(), shown) {
				t.Errorf("%s: the error shows %s", name, shown)
			}
		}
	}
}

func FuzzReadServiceKey(f *testing.F) {
	for _, seed := range []string{"", "{", `{"type":"service_account"}`, `{"type":"external_account"}`,
		`{"type":"service_account","client_email":"a@b.iam.gserviceaccount.com","client_id":"1","private_key":"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := account.ReadServiceKey(data, "f")
		if err != nil {
			return
		}
		if _, err := key.RSA(); err != nil || key.Email == "" || key.ClientID == "" {
			t.Errorf("taken, and of no use: %v %+v", err, key)
		}
	})
}

func TestServiceAccountProject(t *testing.T) {
	for email, want := range map[string]string{"mail@my-mail-123.iam.gserviceaccount.com": "my-mail-123",
		"123-compute@developer.gserviceaccount.com": "", "office@example.com": "", "": ""} {
		if got := account.ServiceAccountProject(email); got != want {
			t.Errorf("ServiceAccountProject(%s) = %q, want %q", email, got, want)
		}
	}
}
