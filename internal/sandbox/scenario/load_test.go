package scenario

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEveryScenarioLoads(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatalf("Load() = %v", err)
	}
	if len(all) < 60 {
		t.Errorf("Load() gave %d scenarios, want at least 60", len(all))
	}
	for _, s := range all {
		if got, ok := Named(s.Name); !ok || got.About != s.About {
			t.Errorf("Named(%q) = %q, %v", s.Name, got.About, ok)
		}
	}
	if _, ok := Named("no-such-scenario"); ok {
		t.Error("Named(no-such-scenario) found one")
	}
}

// Every row of the tables of what Google's token endpoint and consent page say
// must be there in Google's words.
func TestWordsOfGoogleAreCovered(t *testing.T) {
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ at, code, words string }{
		{Redirect, "access_denied", ""},
		{Consent, "access_denied", "currently being tested"},
		{Consent, "access_denied", "has not completed the Google verification process"},
		{Consent, "admin_policy_enforced", ""},
		{Consent, "access_not_configured", ""},
		{Consent, "org_internal", ""},
		{Authorize, "disallowed_useragent", ""},
		{Authorize, "invalid_client", "The OAuth client was not found."},
		{Authorize, "deleted_client", "The OAuth client was deleted."},
		{Authorize, "redirect_uri_mismatch", "register the redirect URI"},
		{Authorize, "invalid_request", "policy for keeping apps secure"},
		{Authorize, "origin_mismatch", ""},
		{Authorize, "invalid_scope", ""},
		{Authorize, "restricted_client", ""},
		{Consent, "", "This app is blocked"},
		{Consent, "", "hasn’t verified this app"},
		{Consent, "rate_limit_exceeded", "temporarily disabled for this app"},
		{Consent, "", "Something went wrong"},
		{TokenRefresh, "invalid_grant", "Token has been expired or revoked."},
		{TokenRefresh, "invalid_grant", "Bad Request"},
		{TokenCode, "invalid_grant", "Bad Request"},
		{TokenCode, "invalid_grant", "Malformed auth code."},
		{TokenCode, "invalid_grant", "Missing code verifier."},
		{TokenCode, "invalid_grant", "Invalid code verifier."},
		{TokenCode, "invalid_grant", "code_verifier or verifier is not needed"},
		{TokenRefresh, "invalid_grant", "reauth related error (invalid_rapt)"},
		{TokenRefresh, "invalid_grant", "reauth related error (rapt_required)"},
		{TokenRefresh, "invalid_grant", "Account has been deleted"},
		{TokenRefresh, "invalid_grant", "The account has been deleted"},
		{TokenRefresh, "invalid_grant", "Invalid email or User ID"},
		{TokenRefresh, "invalid_grant", "Not a valid email"},
		{TokenRefresh, "invalid_grant", "Invalid JWT Signature."},
		{TokenRefresh, "invalid_grant", "Invalid JWT: No valid verifier found for issuer"},
		{TokenRefresh, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)"},
		{TokenRefresh, "invalid_grant", "Robot is disabled."},
		{TokenCode, "invalid_client", "The OAuth client was not found."},
		{TokenRefresh, "invalid_client", "The provided client secret is invalid."},
		{TokenRefresh, "invalid_client", "Unauthorized"},
		{TokenCode, "invalid_request", "client_secret is missing."},
		{TokenCode, "invalid_request", "Missing required parameter: "},
		{TokenCode, "redirect_uri_mismatch", "Bad Request"},
		{TokenRefresh, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method"},
		{TokenRefresh, "unauthorized_client", "Unauthorized client or scope in request."},
		{TokenRefresh, "unsupported_grant_type", ""},
		{TokenRefresh, "access_denied", "Requested client not authorized."},
		{TokenRefresh, "access_denied", "Account restricted"},
		{TokenRefresh, "admin_policy_enforced", ""},
		{TokenRefresh, "deleted_client", ""},
		{TokenRefresh, "invalid_scope", "Empty or missing scope not allowed."},
		{TokenRefresh, "invalid_scope", "Some requested scopes were invalid"},
		{TokenRefresh, "internal_failure", ""},
		{TokenRefresh, "invalid_account", "Forbidden"},
	}
	for _, tt := range tests {
		found := false
		for _, s := range all {
			for _, e := range s.Effects {
				found = found || e.At == tt.at && e.Error == tt.code && strings.Contains(e.Description+e.Body, tt.words)
			}
		}
		if !found {
			t.Errorf("no scenario says %s %q at %s", tt.code, tt.words, tt.at)
		}
	}
}

func TestParse(t *testing.T) {
	const head = "- name: a-b\n  about: x\n  source: y\n  effects:\n"
	tests := []struct{ name, text, want string }{
		{"unknown key", head + "    - {at: grant, colour: red}\n", "colour"},
		{"unknown point", head + "    - {at: nowhere}\n", `"nowhere"`},
		{"name not in kebab-case", "- {name: A_b, about: x, source: y, effects: [{at: grant}]}\n", "kebab-case"},
		{"no about", "- {name: a, source: y, effects: [{at: grant}]}\n", "about is missing"},
		{"no source", "- {name: a, about: y, effects: [{at: grant}]}\n", "source is missing"},
		{"no effects", "- {name: a, about: y, source: z}\n", "no effects"},
		{"lifetime that is none", head + "    - {at: grant, lifetime: long}\n", "duration"},
		{"not a list", "name: a\n", "cannot unmarshal"},
	}
	for _, tt := range tests {
		if _, err := parse([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: parse() = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
	got, err := parse([]byte(head + "    - {at: token.code, delay: 2s, headers: {A: b}, cut: 3}\n"))
	want := []Scenario{{Name: "a-b", About: "x", Source: "y",
		Effects: []Effect{{At: TokenCode, Delay: 2 * time.Second, Headers: map[string]string{"A": "b"}, Cut: 3}}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("parse() = %v (-want +got)\n%s", err, diff)
	}
	if got, err := parse(nil); err != nil || got != nil {
		t.Errorf("parse(nothing) = %v, %v; want none", got, err)
	}
}

func TestReadRefusesDoubleNames(t *testing.T) {
	one := &fstest.MapFile{Data: []byte("- {name: a, about: x, source: y, effects: [{at: grant}]}\n")}
	if _, err := read(fstest.MapFS{"scenarios/1.yaml": one, "scenarios/2.yaml": one}); err == nil {
		t.Error("read(two files with the same name) gave no error")
	}
	bad := &fstest.MapFile{Data: []byte("- {")}
	if _, err := read(fstest.MapFS{"scenarios/1.yaml": bad}); err == nil || !strings.Contains(err.Error(), "1.yaml") {
		t.Errorf("read(bad file) = %v, want an error that names the file", err)
	}
}

func TestSet(t *testing.T) {
	var set Set
	if e := set.At(Revoke); e != nil {
		t.Errorf("At() of an empty set = %+v, want nil", e)
	}
	a := Scenario{Name: "a", Effects: []Effect{{At: Revoke, Status: 1}}}
	b := Scenario{Name: "b", Effects: []Effect{{At: Revoke, Status: 2}, {At: Userinfo, Status: 3}}}
	set.Use(a, b)
	if diff := cmp.Diff([]string{"a", "b"}, set.Names()); diff != "" {
		t.Errorf("Names() (-want +got)\n%s", diff)
	}
	if got := set.At(Revoke).Status; got != 1 {
		t.Errorf("At(revoke) is of status %d, want 1: the first that is on speaks", got)
	}
	if got := set.At(Userinfo).Status; got != 3 {
		t.Errorf("At(userinfo) is of status %d, want 3", got)
	}
	set.Use()
	if set.At(Revoke) != nil {
		t.Error("At() after Use() is not nil")
	}
}
