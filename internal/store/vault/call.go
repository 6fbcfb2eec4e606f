package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// session is a server, and the token by which it knows us.
type session struct {
	settings
	http  *http.Client
	token secret.Text
}

func (s *session) endpoint() string { return s.address.Scheme + "://" + s.address.Host }

// maxReply and maxRedirects bound what a server can make us do.
const (
	maxReply     = 1 << 20
	maxRedirects = 3
)

// begin reads the variables and logs in, once, and bounds the time of a call.
func (k *Keeper) begin(ctx context.Context) (context.Context, context.CancelFunc, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.session != nil {
		ctx, cancel := context.WithTimeout(ctx, k.session.timeout)
		return ctx, cancel, nil
	}
	set, err := k.settings()
	if err != nil {
		return nil, nil, err
	}
	s := &session{settings: set, http: &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: set.tls, ForceAttemptHTTP2: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	ctx, cancel := context.WithTimeout(ctx, set.timeout)
	if s.token, err = k.authenticate(ctx, s); err != nil {
		cancel()
		return nil, nil, err
	}
	k.session = s
	return ctx, cancel, nil
}

// reply is what a server answered.
type reply struct {
	status int
	body   []byte
}

// errors are the sentences of a refusal.
func (r reply) errors() []string {
	var said struct {
		Errors []string `json:"errors"`
	}
	_ = json.Unmarshal(r.body, &said)
	return said.Errors
}

func (r reply) words() string { return strings.Join(r.errors(), "; ") }

func (k *Keeper) call(ctx context.Context, method, path string, body []byte) (reply, error) {
	return k.send(ctx, k.session, method, path, body)
}

// send asks the server, and follows a standby's redirect to the active one,
// never from an encrypted address to a plain one.
func (k *Keeper) send(ctx context.Context, s *session, method, path string, body []byte) (reply, error) {
	address := s.endpoint() + s.address.EscapedPath() + path
	for range maxRedirects + 1 {
		got, next, err := s.once(ctx, method, address, body)
		if err != nil {
			return reply{}, unreached(err, s.endpoint())
		}
		if next == "" {
			return got, nil
		}
		target, err := url.Parse(next)
		if err != nil || !safe(target) {
			return reply{}, k.odd(got)
		}
		address = target.String()
	}
	return reply{}, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "vault-unavailable", Status: http.StatusTemporaryRedirect,
		Text: "redirected again and again", Endpoint: s.endpoint()}
}

// once is one request. next is where it is sent on to, if it is.
func (s *session) once(ctx context.Context, method, address string, body []byte) (got reply, next string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return reply{}, "", err
	}
	request.Header.Set("X-Vault-Request", "true")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if s.namespace != "" {
		request.Header.Set("X-Vault-Namespace", s.namespace)
	}
	if !s.token.IsZero() {
		request.Header.Set("X-Vault-Token", s.token.Reveal())
	}
	response, err := s.http.Do(request)
	if err != nil {
		return reply{}, "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return reply{}, "", err
	}
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		target, err := response.Location()
		if err != nil {
			return reply{response.StatusCode, text}, "", nil
		}
		return reply{response.StatusCode, text}, target.String(), nil
	}
	return reply{response.StatusCode, text}, "", nil
}

// unreached is the Symptom of a server that could not be asked.
func unreached(err error, endpoint string) error {
	network := diagnosis.Network(err, endpoint)
	if network.Code == "cancelled" || errors.Is(err, context.Canceled) {
		return network
	}
	code := "vault-unreachable"
	if strings.HasPrefix(network.Code, "tls-") {
		code = "vault-tls"
	}
	return (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: code, Text: network.Text, Endpoint: network.Endpoint, Err: err,
		Facts: network.Facts}).With("reason", network.Code)
}
