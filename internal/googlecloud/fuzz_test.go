package googlecloud_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/secret"
)

type always struct {
	status int
	body   []byte
}

func (a always) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Retry-After": {"x"}}, Body: io.NopCloser(bytes.NewReader(a.body))}, nil
}

// Whatever Google Cloud answers, a call gives its answer or a Symptom without
// the token; and work that never ends is not looked at for ever.
func FuzzReply(f *testing.F) {
	f.Add(200, []byte(`{"projectId":"my-mail-123","state":"ACTIVE","displayName":"x"}`))
	f.Add(200, []byte(`{"name":"operations/x","done":false}`))
	f.Add(200, []byte(`{"name":"operations/x","done":true,"error":{"code":7,"message":"m","details":[{"@type":"x","reason":"R","metadata":{"service":"s"}}]}}`))
	f.Add(403, []byte(`{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Bearer ya29.x","details":[{"violations":[{"description":"d"}]}]}}`))
	f.Add(200, []byte(`{"organizations":[{"displayName":"example.com"}],"nextPageToken":"again"}`))
	f.Add(403, []byte(`{"error":{"code":403,"status":"PERMISSION_DENIED","message":"m","details":[{"reason":"\n"}]}}`))
	f.Add(502, []byte("<html>"))
	const token = "ya29.the-token-of-the-admin"
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		looks := 0
		c := &googlecloud.Console{
			HTTP: &http.Client{Transport: always{200 + int(uint(status)%400), append(body, []byte(" ")...)}}, Now: time.Now, Timeout: time.Second,
			Token:           func(context.Context) (secret.Text, error) { return secret.New(token), nil },
			ResourceManager: "http://127.0.0.1:1", ServiceUsage: "http://127.0.0.1:1",
			Pause: func(context.Context, time.Duration) error {
				if looks++; looks > 3 {
					return context.Canceled
				}
				return nil
			},
		}
		var errs []error
		_, err := c.Project(ctx, "my-mail-123")
		errs = append(errs, err)
		_, err = c.Organizations(ctx)
		errs = append(errs, err)
		_, err = c.ServiceState(ctx, "my-mail-123", gmail)
		errs = append(errs, err, c.EnableService(ctx, "my-mail-123", gmail, nil))
		for _, err := range errs {
			if err == nil {
				continue
			}
			if strings.Contains(err.Error(), token) || diagnosis.SymptomOf(err).Code == "" {
				t.Errorf("error %v, want a symptom without the token", err)
			}
		}
		if ctx.Err() != nil {
			t.Error("a call did not end")
		}
	})
}
