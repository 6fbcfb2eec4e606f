package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// signingConsole is Google Cloud as whoever is signed in there sees it: it signs
// where there is no key.
func (a *app) signingConsole(ctx context.Context) (*googlecloud.Console, error) {
	if _, err := a.cloudToken(ctx); err != nil {
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
		Token:          a.cloudToken}, nil
}

// gcloudTrusted is how long a token of gcloud's is used before it is asked again:
// it gives none that is about to end.
const gcloudTrusted = 20 * time.Minute

// cloudToken is the token that was given, or one on the word of a CI server or a
// cluster, or that of gcloud: got once for a command, and again when it ends.
func (a *app) cloudToken(ctx context.Context) (secret.Text, error) {
	a.delegates.mu.Lock()
	defer a.delegates.mu.Unlock()
	d := &a.delegates
	if !d.cloud.IsZero() && (d.cloudEnds.IsZero() || d.cloudEnds.Sub(a.now()) > almostOver) {
		return d.cloud, nil
	}
	d.cloud = secret.Text{}
	var given secret.Text
	var err error
	if d.credentialsFile == "" {
		given, err = store.EnvSecret(a.lookupEnv, gcpToken)
		a.hide.Hide(given)
	}
	if err == nil && given.IsZero() {
		given, err = a.federated(ctx)
	}
	if err == nil && given.IsZero() {
		given, err = a.gcloudToken(ctx)          // it takes a second to start,
		d.cloudEnds = a.now().Add(gcloudTrusted) // and does not say when the token ends
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && symptom.Code == "gcloud-missing" {
			err = noSignIn()
		}
	}
	if err == nil {
		d.cloud = given
	}
	return given, err
}

// uniqueID is the numeric ID of a service account of which only the address is
// known, for the page on which it is let in: asked once, and only when that page
// is needed. Empty: Google does not tell us.
func (a *app) uniqueID(ctx context.Context, serviceAccount string) string {
	d := &a.delegates
	d.looking.Lock()
	defer d.looking.Unlock()
	if id, asked := d.ids[serviceAccount]; asked {
		return id
	}
	if d.ids == nil {
		d.ids = map[string]string{}
	}
	d.ids[serviceAccount] = ""
	console, err := a.signingConsole(ctx)
	if err == nil {
		found, _ := console.ServiceAccount(ctx, serviceAccount) // a help, and no condition
		d.ids[serviceAccount] = found.UniqueID
	}
	return d.ids[serviceAccount]
}
