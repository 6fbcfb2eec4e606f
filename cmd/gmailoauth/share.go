package main

import (
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// sessionsKept is how many TLS sessions a command keeps: some for each endpoint.
const sessionsKept = 64

// shareHTTP makes all that this command proves use the same connections to the
// token endpoint, and take up the TLS sessions of the mailbox before, until release
// is called. Not while another goroutine uses a.
func (a *app) shareHTTP() (release func(), err error) {
	config, err := a.tlsConfig()
	if err != nil {
		return nil, err
	}
	config = config.Clone()
	config.ClientSessionCache = tls.NewLRUClientSessionCache(sessionsKept)
	common := &shared{config: config, hosts: map[string]chan struct{}{}}
	a.sharedHTTP = &http.Client{Transport: common}
	client, err := a.newHTTPClient()
	if err != nil {
		a.sharedHTTP = nil
		return nil, err
	}
	common.RoundTripper = client.Transport
	a.sharedHTTP.CheckRedirect = client.CheckRedirect
	return func() {
		a.sharedHTTP = nil
		if t, ok := common.RoundTripper.(interface{ CloseIdleConnections() }); ok {
			t.CloseIdleConnections()
		}
	}, nil
}

// sharedTLS is the configuration of a command that shares; it must not be changed.
func (a *app) sharedTLS() (*tls.Config, bool) {
	if a.sharedHTTP == nil {
		return nil, false
	}
	common, ok := a.sharedHTTP.Transport.(*shared)
	if !ok {
		return nil, false
	}
	return common.config, true
}

// shared is a transport whose idle connections stay when one of its users is
// done with it, and which opens one connection where many requests come at once:
// the others wait until the first is written, and go over the same if it is
// HTTP/2. Any goroutine may use it.
type shared struct {
	http.RoundTripper
	config *tls.Config

	mu    sync.Mutex
	hosts map[string]chan struct{} // closed when there is a connection, or none to be had
}

func (s *shared) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	opened, known := s.hosts[req.URL.Host]
	if !known {
		opened = make(chan struct{})
		s.hosts[req.URL.Host] = opened
	}
	s.mu.Unlock()
	if known {
		select {
		case <-opened:
		case <-req.Context().Done():
			if req.Body != nil {
				_ = req.Body.Close()
			}
			return nil, req.Context().Err()
		}
		return s.RoundTripper.RoundTrip(req)
	}
	done := sync.OnceFunc(func() { close(opened) })
	defer done()
	trace := &httptrace.ClientTrace{WroteHeaders: done}
	return s.RoundTripper.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
}
