package googlecloud_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/delegation"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/sandbox"
)

func TestServiceAccount(t *testing.T) {
	c, box, _ := console(t)
	c.IAM, c.IAMCredentials = box.Provider().IAMEndpoint, box.Provider().IAMCredentialsEndpoint
	made, err := c.CreateServiceAccount(t.Context(), "my-mail-123", "mail-delegate", "Mail")
	if err != nil || made.Email != "mail-delegate@my-mail-123.iam.gserviceaccount.com" || made.UniqueID == "" {
		t.Fatalf("CreateServiceAccount = %+v, %v", made, err)
	}
	if found, err := c.ServiceAccount(t.Context(), made.Email); err != nil || found != made {
		t.Errorf("ServiceAccount = %+v, %v; want %+v", found, err, made)
	}
	file, err := c.CreateKey(t.Context(), made.Email)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := account.ParseServiceKey(file); err != nil || key.Email != made.Email || key.ClientID != made.UniqueID {
		t.Errorf("CreateKey = %+v, %v", key, err)
	}

	// What Google signs is taken as what the key signs.
	box.NewServiceAccount("my-mail-123", "mail-delegate", sandbox.AllDelegated()...)
	d := account.Delegation{ServiceAccount: made.Email, Scopes: sandbox.AllDelegated()}
	server := oauth.Server{HTTP: c.HTTP, Provider: box.Provider(), Now: time.Now}
	claims := delegation.NewClaims(d, "office@example.com", box.Provider().TokenEndpoint, time.Now())
	assertion, err := c.SignJWT(t.Context(), made.Email, claims.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if token, err := server.Assert(t.Context(), assertion); err != nil || !token.FreshFor(50*time.Minute, time.Now()) {
		t.Errorf("Assert = %+v, %v", token, err)
	}
}

func TestServiceAccountRefusals(t *testing.T) {
	const email = "mail-delegate@my-mail-123.iam.gserviceaccount.com"
	sign := func(c *googlecloud.Console, ctx context.Context) error {
		_, err := c.SignJWT(ctx, email, "{}")
		return err
	}
	for _, row := range []struct {
		scenario, code, step string
		do                   func(*googlecloud.Console, context.Context) error
	}{
		{"iam-sign-denied", "IAM_PERMISSION_DENIED", "sign", sign},
		{"iam-credentials-off", "SERVICE_DISABLED", "sign", sign},
		{"iam-keys-forbidden", "constraints/iam.disableServiceAccountKeyCreation", "key", func(c *googlecloud.Console, ctx context.Context) error {
			_, err := c.CreateKey(ctx, email)
			return err
		}},
		{"iam-create-denied", "IAM_PERMISSION_DENIED", "service-account-create", func(c *googlecloud.Console, ctx context.Context) error {
			_, err := c.CreateServiceAccount(ctx, "my-mail-123", "mail-delegate", "")
			return err
		}},
		{"cloud-slow", "NOT_FOUND", "service-account", func(c *googlecloud.Console, ctx context.Context) error {
			_, err := c.ServiceAccount(ctx, "nobody@my-mail-123.iam.gserviceaccount.com")
			return err
		}},
	} {
		c, box, _ := console(t, row.scenario)
		c.IAM, c.IAMCredentials = box.Provider().IAMEndpoint, box.Provider().IAMCredentialsEndpoint
		err := row.do(c, t.Context())
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Where != diagnosis.AtCloud || symptom.Code != row.code || symptom.Facts["step"] != row.step {
			t.Errorf("%s: %+v, want %s at step %s", row.scenario, err, row.code, row.step)
		}
	}
}
