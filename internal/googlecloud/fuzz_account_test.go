package googlecloud_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/secret"
)

// Whatever IAM answers, a call gives what was asked for or a Symptom, without
// the token and without the key.
func FuzzServiceAccount(f *testing.F) {
	f.Add(200, []byte(`{"name":"projects/p/serviceAccounts/mail@p.iam.gserviceaccount.com","email":"mail@p.iam.gserviceaccount.com","uniqueId":"1"}`))
	f.Add(200, []byte(`{"privateKeyData":"eyJ0eXBlIjoic2VydmljZV9hY2NvdW50In0="}`))
	f.Add(200, []byte(`{"privateKeyData":"not base64!"}`))
	f.Add(200, []byte(`{"signedJwt":"a.b.c","keyId":"k"}`))
	f.Add(200, []byte(`{"keyId":"k"}`))
	f.Add(400, []byte(`{"error":{"code":400,"message":"Key creation is not allowed on this service account.","status":"FAILED_PRECONDITION","details":[{"@type":"x","violations":[{"type":"constraints/iam.disableServiceAccountKeyCreation"}]}]}}`))
	f.Add(403, []byte(`{"error":{"status":"PERMISSION_DENIED","message":"Permission 'iam.serviceAccounts.signJwt' denied"}}`))
	const token = "ya29.the-token-of-the-admin"
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		c := &googlecloud.Console{
			HTTP: &http.Client{Transport: always{200 + int(uint(status)%400), body}}, Now: time.Now, Timeout: time.Second,
			Token: func(context.Context) (secret.Text, error) { return secret.New(token), nil },
			IAM:   "http://127.0.0.1:1", IAMCredentials: "http://127.0.0.1:1",
		}
		key, made := c.CreateKey(ctx, "mail@p.iam.gserviceaccount.com")
		word, signed := c.SignJWT(ctx, "mail@p.iam.gserviceaccount.com", "{}")
		for what, err := range map[string]error{"CreateKey": made, "SignJWT": signed} {
			if symptom, ok := errors.AsType[*diagnosis.Symptom](err); err != nil && (!ok || symptom.Code == "") {
				t.Errorf("%s = %v, which is no symptom", what, err)
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("%s = %v, which tells the token", what, err)
			}
		}
		if made == nil && key.IsZero() || signed == nil && word.IsZero() {
			t.Errorf("neither what was asked for nor an error: key %v, word %v", made, signed)
		}
	})
}
