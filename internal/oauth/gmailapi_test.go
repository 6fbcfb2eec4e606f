package oauth

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

func TestGmailAPI(t *testing.T) {
	const older = `{"error":{"code":403,"message":"Access Not Configured.","errors":[{"domain":"usageLimits","reason":"accessNotConfigured"}]}}`
	const newer = `{"error":{"code":403,"message":"It is disabled.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED"}]}}`
	const scope = `{"error":{"code":403,"message":"Insufficient.","status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`
	for name, row := range map[string]struct {
		status int
		body   string
		path   string // of the endpoint that the provider names
		on     bool
		code   string // of the refusal
	}{
		"on":                     {status: 200, body: `{"emailAddress":"a@example.com"}`, on: true},
		"on, a whole address":    {status: 200, body: `{}`, path: "/proxy/profile", on: true},
		"off, the older form":    {status: 403, body: older, code: "gmail-api-off"},
		"off, the newer form":    {status: 403, body: newer, code: "gmail-api-off"},
		"another 403":            {status: 403, body: scope, code: "PERMISSION_DENIED"},
		"off, but with a 404":    {status: 404, body: older, code: ""},
		"no JSON":                {status: 403, body: "<html>accessNotConfigured</html>", code: "not-json"},
		"a redirect is no reply": {status: 302, body: "", code: "not-json"},
	} {
		t.Run(name, func(t *testing.T) {
			path := ""
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				path = r.URL.Path
				if r.Header.Get("Authorization") != "Bearer ya29.test-0123456789" || r.URL.RawQuery != "" {
					t.Errorf("asked with %v, query %q; want the token in the header alone", r.Header, r.URL.RawQuery)
				}
				w.WriteHeader(row.status)
				_, _ = w.Write([]byte(row.body))
			}))
			defer server.Close()
			s := &Server{HTTP: server.Client(), Provider: google.Provider{GmailEndpoint: server.URL + row.path}, Now: time.Now}
			asked, err := s.GmailAPI(t.Context(), secret.New("ya29.test-0123456789"))
			symptom, _ := errors.AsType[*diagnosis.Symptom](err)
			if !asked || (err == nil) != row.on || symptom != nil && row.code != "" && symptom.Code != row.code {
				t.Errorf("GmailAPI = %v, %v; want on %v, code %q", asked, err, row.on, row.code)
			}
			if symptom != nil && symptom.Code == "gmail-api-off" && row.code != "gmail-api-off" {
				t.Errorf("GmailAPI says off to %d %s", row.status, row.body)
			}
			want := "/gmail/v1/users/me/profile"
			if row.path != "" {
				want = row.path
			}
			if path != want {
				t.Errorf("asked at %s, want %s", path, want)
			}
		})
	}
	s := &Server{HTTP: http.DefaultClient, Now: time.Now}
	if asked, err := s.GmailAPI(t.Context(), secret.New("x")); asked || err == nil {
		t.Errorf("GmailAPI without an endpoint = %v, %v; want nobody asked", asked, err)
	}
}
