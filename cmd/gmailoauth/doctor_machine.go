package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"

	"gmailoauth/internal/doctor"
	"gmailoauth/internal/google"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/verify"
)

// machine is the real one, as doctor sees it.
func (a *app) machine() (doctor.Machine, error) {
	provider, err := a.provider()
	if err != nil {
		return doctor.Machine{}, err
	}
	config, err := a.tlsConfig()
	if err != nil {
		return doctor.Machine{}, err
	}
	client, err := a.httpClient()
	if err != nil {
		return doctor.Machine{}, err
	}
	box := verify.Mailbox{Timeout: a.flags.timeout, TLS: config, Redactor: a.hide}
	if a.trace != nil {
		box.Heard = a.trace.mail
	}
	m := doctor.Machine{
		Provider: provider, Timeout: a.flags.timeout, Now: a.now, Env: a.env,
		Resolve: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
		Dial:  new(net.Dialer).DialContext,
		Proxy: http.ProxyFromEnvironment,
		HTTP:  client,
		Reach: func(ctx context.Context, protocol string, server google.Server) (tls.ConnectionState, string, error) {
			return verify.Reach(ctx, protocol, server, box)
		},
		Roots:   x509.SystemCertPool,
		Browser: func() (string, error) { return terminal.FindBrowser(a.env) },
	}
	if a.flags.provider == "" {
		m.Authority = google.Known().Certificates["authority"].Value
	}
	m.Stores = a.storesInUse()
	m.Folders, m.FoldersErr = a.ownFoldersInUse()
	return m, nil
}

// ownFoldersInUse are ours. Who has everything in variables needs none.
func (a *app) ownFoldersInUse() ([]string, error) {
	paths, err := a.paths()
	if _, ok := store.EnvAccount(a.lookupEnv); ok && err != nil {
		return nil, nil
	}
	return []string{paths.Config, paths.Data, paths.State}, err
}
