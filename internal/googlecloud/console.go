// Package googlecloud does what Google lets a program do of what an admin does
// in the console: it finds and makes a project, switches a service on, makes a
// service account and has Google sign for it. The rest, the consent screen and
// OAuth clients for mail, no API can do.
//
// It acts with a token of the admin's own and keeps nothing. It looks before it
// acts, so everything may be done twice. Every refusal is a *diagnosis.Symptom
// with Google's own words, from which the token is taken out; nothing that was
// refused is sent again.
package googlecloud

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// Console is Google Cloud as a program sees it. Any goroutine may use it. HTTP
// needs no timeout of its own: Timeout bounds one request, and the context of
// each call the whole.
type Console struct {
	HTTP *http.Client
	// Token gives an access token with the scope cloud-platform, of whoever is to
	// own the project. It is asked before each request and may block.
	Token func(context.Context) (secret.Text, error)
	// What all addresses of each API begin with.
	ResourceManager, ServiceUsage string
	IAM, IAMCredentials           string
	Now                           func() time.Time
	Timeout                       time.Duration // of one request; 0 is none
	// Pause waits between two looks at what Google is doing; nil is the real thing.
	Pause func(context.Context, time.Duration) error
}

// maxReply is how much of a reply is read. Real ones have a few KiB.
const maxReply = 1 << 20

// request is one call of an API.
type request struct {
	method, base, path string
	body               any      // nil: none
	facts              []string // for a refusal: name, value pairs
}

// call makes one request, and reads the reply into a value.
func (c *Console) call(ctx context.Context, r request, into any) error {
	token, err := c.Token(ctx)
	if err != nil {
		return err
	}
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	address := strings.TrimRight(r.base, "/") + r.path
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return diagnosis.Network(err, address)
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	via := *c.HTTP
	via.Jar, via.CheckRedirect = nil, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a token does not follow
	resp, err := via.Do(req)
	if err != nil {
		return diagnosis.Network(err, address)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return diagnosis.Network(err, address)
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(data, into) != nil {
		return c.refusal(reply{resp.StatusCode, resp.Header, data}, token, address).With(r.facts...)
	}
	return nil
}
