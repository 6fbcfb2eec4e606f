package googlecloud

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// ServiceAccount is one of a project's service accounts.
type ServiceAccount struct {
	Email    string `json:"email"`
	UniqueID string `json:"uniqueId"` // numeric: the client ID that the Admin console wants
	Project  string `json:"projectId"`
	Disabled bool   `json:"disabled"`
}

// ServiceAccount looks a service account up by its address. One request is made.
// Source: googleapis/googleapis google/iam/admin/v1/iam.proto (seen 2026-11-21).
func (c *Console) ServiceAccount(ctx context.Context, email string) (ServiceAccount, error) {
	var found ServiceAccount
	err := c.call(ctx, request{http.MethodGet, c.IAM, "/v1/projects/-/serviceAccounts/" + url.PathEscape(email), nil,
		[]string{"step", "service-account", "service_account", email}}, &found)
	return found, err
}

// CreateServiceAccount makes a service account in a project; id is what its
// address begins with. One request is made.
func (c *Console) CreateServiceAccount(ctx context.Context, project, id, title string) (ServiceAccount, error) {
	var made ServiceAccount
	err := c.call(ctx, request{http.MethodPost, c.IAM, "/v1/projects/" + url.PathEscape(project) + "/serviceAccounts",
		map[string]any{"accountId": id, "serviceAccount": map[string]string{"displayName": title}},
		[]string{"step", "service-account-create", "project", project}}, &made)
	return made, err
}

// CreateKey makes a key of a service account and gives its JSON file. One
// request is made; Google gives the key this once.
func (c *Console) CreateKey(ctx context.Context, email string) (secret.Text, error) {
	var made struct {
		Data string `json:"privateKeyData"`
	}
	err := c.call(ctx, request{http.MethodPost, c.IAM, "/v1/projects/-/serviceAccounts/" + url.PathEscape(email) + "/keys",
		map[string]string{"privateKeyType": "TYPE_GOOGLE_CREDENTIALS_FILE"},
		[]string{"step", "key", "service_account", email}}, &made)
	if err != nil {
		return secret.Text{}, err
	}
	file, err := base64.StdEncoding.DecodeString(made.Data)
	if err != nil || len(file) == 0 {
		return secret.Text{}, odd("key", email)
	}
	return secret.New(string(file)), nil
}

// odd is a yes that does not hold what was asked for.
func odd(step, email string) *diagnosis.Symptom {
	return (&diagnosis.Symptom{Where: diagnosis.AtCloud, Code: "not-json", Status: http.StatusOK}).With("step", step, "service_account", email)
}

// SignJWT has Google sign claims, in JSON, for a service account: whoever the
// token is of needs the permission iam.serviceAccounts.signJwt. One request is
// made.
// Source: googleapis/googleapis google/iam/credentials/v1/common.proto (seen 2026-11-21).
func (c *Console) SignJWT(ctx context.Context, email, claims string) (secret.Text, error) {
	var signed struct {
		JWT string `json:"signedJwt"`
	}
	err := c.call(ctx, request{http.MethodPost, c.IAMCredentials, "/v1/projects/-/serviceAccounts/" + url.PathEscape(email) + ":signJwt",
		map[string]string{"payload": claims}, []string{"step", "sign", "service_account", email}}, &signed)
	word := strings.TrimSpace(signed.JWT)
	if err == nil && word == "" {
		return secret.Text{}, odd("sign", email)
	}
	return secret.New(word), err
}
