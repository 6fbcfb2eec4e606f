package oauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Whatever is said to the word of a service account, there is a token or a
// Symptom, without the word that was sent.
func FuzzAssert(f *testing.F) {
	f.Add(200, []byte(`{"access_token":"ya29.c.b0Aaek","expires_in":3599,"token_type":"Bearer"}`))
	f.Add(400, []byte(`{"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."}`))
	f.Add(401, []byte(`{"error":"unauthorized_client","error_description":"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."}`))
	f.Add(200, []byte(`{"access_token":"a","expires_in":"-9e99","scope":7}`))
	f.Add(503, []byte("\x00<html"))
	f.Add(502, []byte("you sent eyJhbGciOi\xffJSUzI1NiJ9.the-word-that-was-sent.sig\xfe\xfenature"))
	const word = "eyJhbGciOiJSUzI1NiJ9.the-word-that-was-sent.signature"
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		s := &Server{HTTP: new(http.Client), Now: func() time.Time { return noon }, Provider: google.Provider{TokenEndpoint: "http://127.0.0.1:1/token"}}
		for _, body := range [][]byte{body, append(append([]byte{}, body...), " "+word...)} {
			s.HTTP.Transport = always{200 + int(uint(status)%400), "application/json", body}
			token, err := s.Assert(t.Context(), secret.New(word))
			told(t, "Assert", err, word)
			if err == nil && (token.Access.IsZero() || token.Expiry.Before(token.IssuedAt)) {
				t.Errorf("Assert gives %+v and no error", token)
			}
		}
	})
}

// Whatever a browser is sent to our port with, it is ours alone if it has the
// state that we made up, and what the page then says holds no code.
func FuzzRedirect(f *testing.F) {
	f.Add("state=the-state&code=4%2F0AX4XfWh&scope=https%3A%2F%2Fmail.google.com%2F&iss=https%3A%2F%2Faccounts.google.com")
	f.Add("state=the-state&error=access_denied")
	f.Add("state=the-state&error=admin_policy_enforced&error_subtype=x%0a%1b[31m&error_description=%00")
	f.Add("state=the-state&state=other&code=c")
	f.Add("state=&code=c;d&%zz")
	f.Fuzz(func(t *testing.T, query string) {
		e := expected{state: secret.New("the-state"), issuer: "https://accounts.google.com"}
		values, _ := url.ParseQuery(query)
		got, err := e.read(values)
		ours := len(values["state"]) == 1 && values.Get("state") == "the-state"
		switch {
		case err == nil && !ours:
			t.Errorf("%q is taken for the answer", query)
		case err == nil && got.code == "" && got.symptom == nil:
			t.Errorf("%q gives neither a code nor a refusal", query)
		case got.symptom != nil && strings.ContainsAny(got.symptom.Code+got.symptom.Text, "\n\x00\x1b"):
			t.Errorf("%q gives %+v, want one line each", query, got.symptom)
		}
		at, _ := parseLoopback("http://127.0.0.1:8765/")
		e.at = at
		if address := "http://127.0.0.1:8765/?" + query; !strings.ContainsAny(query, " \t\r\n\"'<>") {
			if pasted, err := e.readPasted(address); err == nil && pasted.code != "" && !ours {
				t.Errorf("%q pasted is taken for the answer", query)
			}
		}
	})
}

// What a server says of time is a number of seconds, or nothing.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"120", "Fri, 21 Nov 2026 12:00:07 GMT", "-1", "9999999999999999999", "Sunday, 06-Nov-94 08:49:37 GMT", "1e9", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if text := seconds(value, noon); text != "" {
			if n, err := strconv.Atoi(text); err != nil || n < 0 {
				t.Errorf("seconds(%q) = %q", value, text)
			}
		}
		s := &Server{Now: func() time.Time { return noon }}
		if off := s.clockOff(http.Header{"Date": {value}}); off != "" {
			if _, err := time.ParseDuration(off); err != nil {
				t.Errorf("clockOff(%q) = %q", value, off)
			}
		}
	})
}

// A server that says far too much of a token is not read to its end.
func TestRepliesAreBounded(t *testing.T) {
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chunk := []byte(strings.Repeat("x", 64<<10))
		for range 64 << 20 / len(chunk) {
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}))
	defer server.Close()
	s := &Server{HTTP: server.Client(), Now: func() time.Time { return noon }, Provider: google.Provider{TokenEndpoint: server.URL + "/token"}}
	_, err := s.Assert(t.Context(), secret.New("word"))
	if symptom := diagnosis.SymptomOf(err); symptom == nil || symptom.Where == diagnosis.AtBug {
		t.Errorf("Assert = %v", err)
	}
	if n := sent.Load(); n > 16<<20 { // what the system keeps for us on the way comes on top of what is read
		t.Errorf("%d MB were taken", n>>20)
	}
}
