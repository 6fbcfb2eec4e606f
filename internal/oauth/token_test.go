package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

func TestRefreshReadsWhatWasGranted(t *testing.T) {
	for name, c := range map[string]struct {
		reply    map[string]any
		expiry   time.Time
		lifetime time.Duration
		refresh  string
		scopes   int
	}{
		"as Google sends it":         {grant("refresh_token", nil), noon.Add(3599 * time.Second), 0, "", 3},
		"a new refresh token":        {grant("refresh_token", "1//new"), noon.Add(3599 * time.Second), 0, "1//new", 3},
		"the old token again":        {grant(), noon.Add(3599 * time.Second), 0, "", 3},
		"testing":                    {grant("refresh_token", nil, "refresh_token_expires_in", 604799), noon.Add(3599 * time.Second), 604799 * time.Second, "", 3},
		"numbers as strings":         {grant("refresh_token", nil, "expires_in", "3599", "refresh_token_expires_in", "604799"), noon.Add(3599 * time.Second), 604799 * time.Second, "", 3},
		"no lifetime":                {grant("refresh_token", nil, "expires_in", nil), time.Time{}, 0, "", 3},
		"nonsense":                   {grant("refresh_token", nil, "refresh_token_expires_in", "soon", "expires_in", -5, "scope", nil), time.Time{}, 0, "", 0},
		"a lifetime beyond all time": {grant("refresh_token", nil, "refresh_token_expires_in", 1e30), noon.Add(3599 * time.Second), 9223372035 * time.Second, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/token": saysJSON(200, c.reply)})
			got, err := fake.server(t).Refresh(t.Context(), theClient, secret.New(theRefresh))
			if err != nil {
				t.Fatalf("Refresh = %v, want no error", err)
			}
			if got.Access.Reveal() != theAccess || got.Refresh.Reveal() != c.refresh || got.Type != "Bearer" || got.IDToken.IsZero() {
				t.Errorf("Refresh: access, refresh %q, type %q or ID token are not the reply's (want refresh %q)", got.Refresh.Reveal(), got.Type, c.refresh)
			}
			if !got.Expiry.Equal(c.expiry) || got.RefreshLifetime != c.lifetime || len(got.Scopes) != c.scopes {
				t.Errorf("Refresh = expiry %v, lifetime %v, scopes %v, want %v, %v, %d scopes", got.Expiry, got.RefreshLifetime, got.Scopes, c.expiry, c.lifetime, c.scopes)
			}
			form := fake.asked()[0]
			for key, want := range map[string]string{"grant_type": "refresh_token", "refresh_token": theRefresh, "client_id": theClient.ID, "client_secret": theSecret} {
				if form.Get(key) != want {
					t.Errorf("Refresh sent %s=%q, want %q", key, form.Get(key), want)
				}
			}
		})
	}
}

func TestARefusalIsSentOnceAndQuoted(t *testing.T) {
	const html = `<html><head><title>502 Bad Gateway</title><style>p{}</style><script>x()</script></head><body><p>The  server
		is busy &amp; sad: ` + theRefresh + `</body></html>`
	for name, c := range map[string]struct {
		answer     http.HandlerFunc
		code, text string
		status     int
		facts      map[string]string
	}{
		"expired": {saysJSON(400, map[string]string{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
			"invalid_grant", "Token has been expired or revoked.", 400, map[string]string{"content_type": "application/json"}},
		"subtype": {saysJSON(400, map[string]string{"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)", "error_subtype": "invalid_rapt"}),
			"invalid_grant", "reauth related error (invalid_rapt)", 400, map[string]string{"subtype": "invalid_rapt"}},
		"an error with status 200": {saysJSON(200, map[string]string{"error": "invalid_client"}), "invalid_client", "", 200, nil},
		"echoed secrets": {saysJSON(401, map[string]string{"error": "invalid_client", "error_description": "not " + theSecret + " nor " + theRefresh}),
			"invalid_client", "not [redacted] nor [redacted]", 401, nil},
		"Google API shape": {saysJSON(429, map[string]any{"error": map[string]any{"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}}),
			"RESOURCE_EXHAUSTED", "Quota exceeded.", 429, nil},
		"html":                    {says(502, "text/html; charset=UTF-8", html), "not-json", "502 Bad Gateway The server is busy & sad: [redacted]", 502, map[string]string{"content_type": "text/html", "status": "502"}},
		"html with status 200":    {says(200, "text/html", html), "not-json", "502 Bad Gateway The server is busy & sad: [redacted]", 200, nil},
		"html under a false flag": {says(200, "application/json", html), "not-json", "502 Bad Gateway The server is busy & sad: [redacted]", 200, nil},
		"plain text":              {says(503, "text/plain", "upstream\x00 \x1b[31mdown\n"), "not-json", "upstream [31mdown", 503, nil},
		"empty":                   {says(500, "", ""), "not-json", "", 500, nil},
		"broken JSON":             {says(200, "application/json", `{"access_token":"`), "not-json", `{"access_token":"`, 200, nil},
		"JSON without a token":    {says(200, "application/json", `{"refresh_token":"`+theRefresh+`"}`), "unexpected-json", "", 200, nil},
		"JSON without an error":   {says(403, "application/json", `{"message":"blocked"}`), "unexpected-json", `{"message":"blocked"}`, 403, nil},
		"an error of no shape":    {says(400, "application/json", `{"error":[1]}`), "unexpected-json", `{"error":[1]}`, 400, nil},
		"huge":                    {says(200, "text/plain", strings.Repeat("x", 4<<20)), "not-json", strings.Repeat("x", 300) + "…", 200, nil},
		"redirected":              {func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", "/else"); w.WriteHeader(307) }, "not-json", "", 307, nil},
		"try later": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "17")
			saysJSON(503, map[string]string{"error": "internal_failure"})(w, r)
		}, "internal_failure", "", 503, map[string]string{"retry_after": "17"}},
		"try at a date, clocks apart": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", noon.Add(time.Minute).Format(http.TimeFormat))
			w.Header().Set("Date", noon.Add(-time.Hour).Format(http.TimeFormat))
			w.WriteHeader(503)
		}, "not-json", "", 503, map[string]string{"retry_after": "60", "clock_off": "1h0m0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/token": c.answer})
			_, err := fake.server(t).Refresh(t.Context(), theClient, secret.New(theRefresh))
			got, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok {
				t.Fatalf("Refresh = %v, want a Symptom", err)
			}
			want := [4]any{diagnosis.AtToken, c.code, c.text, c.status}
			if diff := cmp.Diff(want, [4]any{got.Where, got.Code, got.Text, got.Status}); diff != "" {
				t.Errorf("Refresh: where, code, text, status (-want +got):\n%s", diff)
			}
			for key, want := range c.facts {
				if got.Facts[key] != want {
					t.Errorf("Refresh: fact %s = %q, want %q", key, got.Facts[key], want)
				}
			}
			if got.Facts["client_id"] != theClient.ID || got.Facts["project"] != "815407401234" || got.Facts["grant_type"] != "refresh_token" {
				t.Errorf("Refresh: facts %v, want client, project and grant type", got.Facts)
			}
			noSentinel(t, err)
			if n := len(fake.asked()); n != 1 {
				t.Errorf("Refresh asked %d times, want once", n)
			}
		})
	}
}

// noSentinel fails if a secret is to be seen anywhere in an error.
func noSentinel(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		if shown := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(shown, "sentinel") {
			t.Errorf("a secret is in the error: %s", shown)
		}
	}
	if s, ok := errors.AsType[*diagnosis.Symptom](err); ok && strings.Contains(fmt.Sprint(s.Facts, s.Text, s.Code, s.Endpoint), "sentinel") {
		t.Errorf("a secret is in the Symptom: %+v", s)
	}
}

func TestTroubleOnTheWayIsASymptomAtConnect(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"access_token":"` + theAccess))
		panic(http.ErrAbortHandler)
	}
	release := make(chan struct{})
	defer close(release)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"cut in the middle": {cut, "connection-cut"},
		"cut at once":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connection-cut"},
		"hangs":             {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "timed-out"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/token": c.answer})
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err := fake.server(t).Refresh(ctx, theClient, secret.New(theRefresh))
			got, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || got.Where != diagnosis.AtConnect || got.Code != c.code {
				t.Fatalf("Refresh = %v, want connect %s", err, c.code)
			}
			noSentinel(t, err)
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		fake := newFake(t, nil)
		s := fake.server(t)
		fake.Close()
		_, err := s.Refresh(t.Context(), theClient, secret.New(theRefresh))
		got, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || got.Code != "connection-refused" || got.Facts["port"] == "" {
			t.Errorf("Refresh = %v, want connection-refused with its port", err)
		}
		noSentinel(t, err)
	})
	t.Run("a certificate of nobody's", func(t *testing.T) {
		tls := httptest.NewUnstartedServer(says(200, "application/json", "{}"))
		tls.Config.ErrorLog = log.New(io.Discard, "", 0)
		tls.StartTLS()
		defer tls.Close()
		fake := newFake(t, nil)
		s := fake.server(t)
		s.Provider.TokenEndpoint = tls.URL
		_, err := s.Refresh(t.Context(), theClient, secret.New(theRefresh))
		if got, ok := errors.AsType[*diagnosis.Symptom](err); !ok || got.Code != "tls-unknown-authority" {
			t.Errorf("Refresh = %v, want tls-unknown-authority", err)
		}
	})
}

func TestRevoke(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"withdrawn":    {says(200, "application/json", "{}"), ""},
		"already dead": {saysJSON(400, map[string]string{"error": "invalid_token", "error_description": "Token expired or revoked " + theRefresh}), "invalid_token"},
		"down":         {says(503, "text/html", "<p>down"), "not-json"},
		"cut":          {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connection-cut"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/revoke": c.answer})
			err := fake.server(t).Revoke(t.Context(), secret.New(theRefresh))
			got, _ := errors.AsType[*diagnosis.Symptom](err)
			if (err == nil) != (c.code == "") || err != nil && got.Code != c.code {
				t.Errorf("Revoke = %v, want code %q", err, c.code)
			}
			noSentinel(t, err)
			if form := fake.asked()[0]; form.Get("token") != theRefresh {
				t.Errorf("Revoke sent %v, want the token in the form", form)
			}
		})
	}
	s := newFake(t, nil).server(t)
	s.Provider.RevocationEndpoint = ""
	if got, ok := errors.AsType[*diagnosis.Symptom](s.Revoke(t.Context(), secret.New("x"))); !ok || got.Code != "no-revocation-endpoint" {
		t.Errorf("Revoke without an endpoint = %v, want no-revocation-endpoint", got)
	}
}

func TestIdentify(t *testing.T) {
	me := saysJSON(200, map[string]any{"sub": "1", "email": "office@example.com", "email_verified": true})
	info := saysJSON(200, map[string]any{"aud": "client", "azp": "client", "scope": "openid x", "expires_in": "3500", "email": "office@example.com"})
	dead := saysJSON(400, map[string]string{"error": "invalid_token", "error_description": "Invalid Value"})
	down := says(503, "text/html", "down")
	full := account.Identity{Email: "office@example.com", ClientID: "client", Scopes: []string{"openid", "x"}, ExpiresIn: 3500 * time.Second}
	for name, c := range map[string]struct {
		me, info http.HandlerFunc
		want     account.Identity
		code     string
	}{
		"both answer":           {me, info, full, ""},
		"tokeninfo is down":     {me, down, account.Identity{Email: "office@example.com", Scopes: []string{}}, ""},
		"userinfo is down":      {down, info, full, ""},
		"no email in tokeninfo": {me, saysJSON(200, map[string]any{"aud": "client", "expires_in": "3500", "scope": "openid x"}), full, ""},
		"number for a string":   {me, saysJSON(200, map[string]any{"azp": "client", "expires_in": 3500, "scope": "openid x"}), full, ""},
		"dead":                  {saysJSON(401, map[string]any{"error": map[string]any{"status": "UNAUTHENTICATED", "message": "Invalid Credentials"}}), dead, account.Identity{}, "invalid_token"},
		"dead, tokeninfo down":  {saysJSON(401, map[string]any{"error": "invalid_request", "error_description": "Invalid Credentials"}), down, account.Identity{}, "invalid_request"},
		"both down":             {down, down, account.Identity{}, "not-json"},
		"only userinfo, down":   {down, nil, account.Identity{}, "not-json"},
		"only tokeninfo":        {nil, info, full, ""},
		"cut":                   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, account.Identity{}, "connection-cut"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t, map[string]http.HandlerFunc{"/me": c.me, "/tokeninfo": c.info})
			s := fake.server(t)
			if c.me == nil {
				s.Provider.UserinfoEndpoint = ""
			}
			if c.info == nil {
				s.Provider.TokeninfoEndpoint = ""
			}
			got, err := s.Identify(t.Context(), secret.New(theAccess))
			symptom, _ := errors.AsType[*diagnosis.Symptom](err)
			if (err == nil) != (c.code == "") || err != nil && symptom.Code != c.code {
				t.Fatalf("Identify = %v, want code %q", err, c.code)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Identify (-want +got):\n%s", diff)
			}
			if asked := len(fake.headers()); name == "both answer" && asked != 1 {
				t.Errorf("Identify asked %d times, want tokeninfo alone", asked)
			}
			for _, h := range fake.headers() {
				if h.Get("Authorization") != "Bearer "+theAccess {
					t.Errorf("Identify sent Authorization %q, want the token", h.Get("Authorization"))
				}
			}
			for _, form := range fake.asked() {
				if len(form) != 0 {
					t.Errorf("Identify sent %v, want nothing in address or form", form)
				}
			}
		})
	}
}
