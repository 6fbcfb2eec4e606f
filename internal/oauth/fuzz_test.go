package oauth

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// always is a transport that gives one answer to everything.
type always struct {
	status int
	kind   string
	body   []byte
}

func (a always) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {a.kind}, "Retry-After": {"3"}, "Date": {"x"}}, Body: io.NopCloser(bytes.NewReader(a.body))}, nil
}

// Whatever the endpoints answer, each call gives a token, an identity or a
// Symptom, and no secret that was sent.
func FuzzReply(f *testing.F) {
	f.Add(200, "application/json", []byte(`{"access_token":"a","expires_in":3599,"scope":"x","token_type":"Bearer","id_token":"a.e30.b"}`))
	f.Add(200, "application/json", []byte(`{"access_token":"a","expires_in":"1e99","refresh_token":7}`))
	f.Add(400, "application/json", []byte(`{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`))
	f.Add(403, "application/json", []byte(`{"error":{"status":"PERMISSION_DENIED","message":"x","errors":[{"reason":"accessNotConfigured"}],"details":[{"reason":"SERVICE_DISABLED"}]}}`))
	f.Add(200, "text/html", []byte("<html><head><title>Sign in</title></head><body>portal"))
	f.Add(200, "application/x-www-form-urlencoded", []byte("access_token=a&expires_in=-1"))
	f.Add(500, "", []byte{0, 0xff})
	const refresh, access = "1//the-refresh-token-that-was-sent", "ya29.the-access-token-that-was-sent"
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		const at = "http://127.0.0.1:1"
		s := &Server{HTTP: &http.Client{Transport: always{200 + int(uint(status)%400), kind, body}}, Now: func() time.Time { return noon },
			Provider: google.Provider{TokenEndpoint: at + "/token", RevocationEndpoint: at + "/revoke", UserinfoEndpoint: at + "/me",
				TokeninfoEndpoint: at + "/tokeninfo", GmailEndpoint: at, Scopes: []string{"openid"}}}
		echo := s
		if i := bytes.IndexByte(body, ' '); i >= 0 { // a server may repeat what it was sent
			spoken := append(append(append([]byte{}, body[:i]...), refresh+access...), body[i:]...)
			echo = &Server{HTTP: &http.Client{Transport: always{400, kind, spoken}}, Now: s.Now, Provider: s.Provider}
		}
		for _, s := range []*Server{s, echo} {
			token, err := s.Refresh(t.Context(), account.Client{ID: "c", Secret: secret.New("GOCSPX-s")}, secret.New(refresh))
			told(t, "Refresh", err, refresh)
			if err == nil && token.Access.IsZero() {
				t.Error("Refresh gives no token and no error")
			}
			_, err = s.Identify(t.Context(), secret.New(access))
			told(t, "Identify", err, access)
			told(t, "Revoke", s.Revoke(t.Context(), secret.New(refresh)), refresh)
			_, _ = s.GmailAPI(t.Context(), secret.New(access))
			_ = s.Mailbox(t.Context(), secret.New(access))
		}
	})
}

func told(t *testing.T, call string, err error, sent string) {
	t.Helper()
	if err == nil {
		return
	}
	symptom := diagnosis.SymptomOf(err)
	if symptom == nil || symptom.Code == "" {
		t.Errorf("%s = %v, which is no symptom", call, err)
		return
	}
	texts := []string{symptom.Text, symptom.Error(), err.Error()}
	for _, fact := range symptom.Facts {
		texts = append(texts, fact)
	}
	for _, text := range texts {
		if strings.Contains(text, sent) {
			t.Errorf("%s tells the secret that was sent: %q", call, text)
		}
	}
}
