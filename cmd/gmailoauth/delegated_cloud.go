package main

import (
	"cmp"
	"context"
	"errors"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// gcpToken is the variable, also with _FILE, of an access token for Google Cloud.
const gcpToken = "GMAILOAUTH_GCP_TOKEN"

// signingConsole is Google Cloud as whoever is signed in there sees it: it signs
// where there is no key.
func (a *app) signingConsole(ctx context.Context) (*googlecloud.Console, error) {
	token, err := a.cloudToken(ctx)
	if err != nil {
		return nil, err
	}
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	client, err := a.httpClient()
	if err != nil {
		return nil, err
	}
	gmail := google.Gmail()
	return &googlecloud.Console{HTTP: client, Now: a.now, Timeout: a.flags.timeout,
		IAM:            cmp.Or(provider.IAMEndpoint, gmail.IAMEndpoint),
		IAMCredentials: cmp.Or(provider.IAMCredentialsEndpoint, gmail.IAMCredentialsEndpoint),
		Token:          func(context.Context) (secret.Text, error) { return token, nil }}, nil
}

// cloudToken is the token that was given, or that of gcloud, asked once for a
// command: gcloud takes a second to start.
func (a *app) cloudToken(ctx context.Context) (secret.Text, error) {
	a.delegates.mu.Lock()
	defer a.delegates.mu.Unlock()
	if !a.delegates.cloud.IsZero() {
		return a.delegates.cloud, nil
	}
	given, err := store.EnvSecret(a.lookupEnv, gcpToken)
	a.hide.Hide(given)
	if err == nil && given.IsZero() {
		given, err = a.gcloudToken(ctx)
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && symptom.Code == "gcloud-missing" {
			err = inputSymptom("keyless-without-sign-in", "flag", "--gcp-token-file", "variable", gcpToken)
		}
	}
	if err == nil {
		a.delegates.cloud = given
	}
	return given, err
}
