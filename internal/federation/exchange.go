package federation

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google/externalaccount"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// Exchange trades subject tokens. Any goroutine may use it. HTTP needs no timeout
// of its own: Timeout bounds one request.
type Exchange struct {
	HTTP    *http.Client
	Timeout time.Duration
	// Hide is told each secret before it is sent or given.
	Hide func(...secret.Text)
}

// steps is how many requests there are at most: for the subject token, for
// Google's, for the service account's.
const steps = 3

// Token gives an access token with the scope cloud-platform, and when it ends.
// One that is not a service account's may end with the subject token, in
// minutes. Three requests are made at most, none twice. A refusal is a
// *diagnosis.Symptom: at client when it is about the subject token and where it
// comes from, at cloud, with the fact step "exchange" or "impersonate", when
// Google refuses.
// Source: cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token; google.aip.dev/auth/4117 (seen 2026-11-21).
func (e Exchange) Token(ctx context.Context, f File) (secret.Text, time.Time, error) {
	if e.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, steps*e.Timeout)
		defer cancel()
	}
	subject, err := f.source.token(ctx, e, f.name)
	e.Hide(subject, secret.New(f.conf.ClientSecret))
	if err != nil {
		return secret.Text{}, time.Time{}, err
	}
	// The library reports refusals as text, with the reply in it, and forgets on
	// the way that redirects are not to be followed. So the replies are judged
	// before it sees them, and its own words are told to nobody.
	heard := &listener{below: e.HTTP.Transport, hide: e.Hide, sts: f.conf.TokenURL, sent: []secret.Text{subject}}
	conf := f.conf
	conf.SubjectTokenSupplier = given{subject}
	client := &http.Client{Transport: heard, CheckRedirect: noRedirect}
	source, err := externalaccount.NewTokenSource(context.WithValue(ctx, oauth2.HTTPClient, client), conf)
	if err != nil {
		return secret.Text{}, time.Time{}, refusal("identity-file-damaged", "file", f.name, "key", "workforce_pool_user_project")
	}
	token, err := source.Token()
	facts := []string{"file", f.name, "audience", f.conf.Audience, "service_account", f.ServiceAccount, "step", heard.step()}
	switch refused := heard.refused(); {
	case err == nil && token.AccessToken != "":
		access := secret.New(token.AccessToken)
		e.Hide(access)
		return access, token.Expiry, nil
	case refused != nil:
		return secret.Text{}, time.Time{}, refused.With(facts...)
	}
	symptom := &diagnosis.Symptom{Where: diagnosis.AtCloud, Code: "not-json", Endpoint: heard.last()}
	return secret.Text{}, time.Time{}, symptom.With(facts...)
}

// given is a subject token that was got already.
type given struct{ subject secret.Text }

// SubjectToken is asked by the library.
func (g given) SubjectToken(context.Context, externalaccount.SupplierOptions) (string, error) {
	return g.subject.Reveal(), nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
