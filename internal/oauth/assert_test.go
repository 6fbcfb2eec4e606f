package oauth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/delegation"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/secret"
)

// robot is a service account of a sandbox, and what it says.
type robot struct {
	box    *sandbox.Sandbox
	server *oauth.Server
	key    account.ServiceKey
}

func newRobot(t *testing.T) robot {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: box.TLS()}
	t.Cleanup(func() { transport.CloseIdleConnections(); box.Close() })
	email, _ := box.NewServiceAccount("my-mail-123", "mail-delegate", sandbox.AllDelegated()[0])
	file, err := box.ServiceKey(email)
	if err != nil {
		t.Fatal(err)
	}
	key, err := account.ReadServiceKey(file, "key.json")
	if err != nil {
		t.Fatal(err)
	}
	return robot{box, &oauth.Server{HTTP: &http.Client{Transport: transport}, Provider: box.Provider(), Now: time.Now}, key}
}

// says signs claims for office@example.com, as change makes them.
func (r robot) says(t *testing.T, change func(*delegation.Claims)) secret.Text {
	t.Helper()
	signer, err := delegation.NewSigner(r.key)
	if err != nil {
		t.Fatal(err)
	}
	d := account.Delegation{ServiceAccount: r.key.Email, Scopes: sandbox.AllDelegated()[:1]}
	claims := delegation.NewClaims(d, "office@example.com", r.server.Provider.TokenEndpoint, time.Now())
	change(&claims)
	assertion, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	return assertion
}

func TestAssert(t *testing.T) {
	r := newRobot(t)
	token, err := r.server.Assert(t.Context(), r.says(t, func(*delegation.Claims) {}))
	if err != nil {
		t.Fatal(err)
	}
	if !token.FreshFor(50*time.Minute, time.Now()) || token.Type != "Bearer" || !token.Refresh.IsZero() || len(token.Scopes) > 0 {
		t.Errorf("Assert = %+v", token)
	}
	who, err := r.server.Identify(t.Context(), token.Access)
	if err != nil || who.ClientID != r.key.ClientID || strings.Join(who.Scopes, " ") != sandbox.AllDelegated()[0] {
		t.Errorf("Identify = %+v, %v", who, err)
	}
}

// The look-alike refuses what Google refuses, in its words, and the assertion is
// in no refusal.
func TestAssertRefusals(t *testing.T) {
	for _, row := range []struct {
		name, code, words string
		change            func(*delegation.Claims)
		first             func(*robot)
	}{
		{name: "another scope", code: "unauthorized_client", words: "not authorized for any of the scopes", change: func(c *delegation.Claims) { c.Scope = sandbox.AllDelegated()[1] }},
		{name: "one scope too many", code: "unauthorized_client", words: "unauthorized", change: func(c *delegation.Claims) { c.Scope = strings.Join(sandbox.AllDelegated(), " ") }},
		{name: "no scope", code: "invalid_scope", words: "Empty or missing scope", change: func(c *delegation.Claims) { c.Scope = "" }},
		{name: "another domain", code: "invalid_grant", words: "Invalid email or User ID", change: func(c *delegation.Claims) { c.Subject = "office@example.org" }},
		{name: "a private mailbox", code: "unauthorized_client", words: "unauthorized", change: func(c *delegation.Claims) { c.Subject = "somebody@gmail.com" }},
		{name: "another endpoint", code: "invalid_grant", words: "audience", change: func(c *delegation.Claims) { c.Audience = "https://example.com/token" }},
		{name: "yesterday", code: "invalid_grant", words: "short-lived token", change: func(c *delegation.Claims) { c.IssuedAt -= 86400; c.Expires -= 86400 }},
		{name: "two hours", code: "invalid_grant", words: "short-lived token", change: func(c *delegation.Claims) { c.Expires += 3600 }},
		{name: "another issuer", code: "invalid_grant", words: "account not found", change: func(c *delegation.Claims) { c.Issuer = "other@my-mail-123.iam.gserviceaccount.com" }},
		{name: "a key that is gone", code: "invalid_grant", words: "Invalid JWT Signature.", first: func(r *robot) { r.key.KeyID = "0123" }},
		{name: "disabled", code: "invalid_grant", words: "Robot is disabled.", first: func(r *robot) { r.box.DisableServiceAccount(r.key.Email) }},
		{name: "deleted", code: "invalid_grant", words: "account not found", first: func(r *robot) { r.box.DeleteServiceAccount(r.key.Email) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRobot(t)
			if row.first != nil {
				row.first(&r)
			}
			change := row.change
			if change == nil {
				change = func(*delegation.Claims) {}
			}
			assertion := r.says(t, change)
			_, err := r.server.Assert(t.Context(), assertion)
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || symptom.Where != diagnosis.AtToken || symptom.Code != row.code || !strings.Contains(symptom.Text, row.words) || symptom.Facts["grant_type"] != "jwt-bearer" {
				t.Errorf("Assert = %+v, want %s %q", err, row.code, row.words)
			}
		})
	}
}

func TestAssertionIsNotShown(t *testing.T) {
	r := newRobot(t)
	if err := r.box.Use("delegation-echoes"); err != nil {
		t.Fatal(err)
	}
	assertion := r.says(t, func(*delegation.Claims) {})
	_, err := r.server.Assert(t.Context(), assertion)
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || strings.Contains(symptom.Text, assertion.Reveal()[:40]) || strings.Contains(err.Error(), assertion.Reveal()[:40]) {
		t.Errorf("the refusal shows the assertion: %v", err)
	}
	forged := secret.New(assertion.Reveal()[:len(assertion.Reveal())-8] + "AAAAAAAA")
	if err := r.box.Use(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.server.Assert(t.Context(), forged); err == nil {
		t.Error("a forged signature is taken")
	}
}
