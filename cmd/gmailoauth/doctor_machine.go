package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"

	"gmailoauth/internal/account"
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

// storesInUse are those of --store and of the accounts that are known here, each
// opened by reading what it keeps of every account.
func (a *app) storesInUse() []doctor.Store {
	specs, users := []string{}, map[string][]account.Account{}
	use := func(spec string, known ...account.Account) {
		spec = cmp.Or(spec, store.File)
		if !slices.Contains(specs, spec) {
			specs = append(specs, spec)
		}
		users[spec] = append(users[spec], known...)
	}
	if a.flags.store != "" {
		use(a.flags.store)
	}
	accounts, err := a.accounts()
	if err == nil {
		var known []account.Account
		known, err = accounts.List()
		for _, acct := range known {
			if a.flags.store == "" || a.flags.store == cmp.Or(acct.Store, store.File) {
				use(acct.Store, acct)
			}
		}
	}
	var stores []doctor.Store
	for _, spec := range specs {
		stores = append(stores, doctor.Store{Spec: spec, Keyring: spec == store.Keyring,
			Open: func(ctx context.Context) error { return a.openStore(ctx, spec, users[spec]) }})
	}
	if _, ok := store.EnvAccount(a.lookupEnv); err != nil && !ok { // an account's file cannot be read
		stores = append(stores, doctor.Store{Spec: store.File, Open: func(context.Context) error { return err }})
	}
	return stores
}

// openStore reads the secrets of accounts; of a store that has none yet, those
// of somebody whom it does not know.
func (a *app) openStore(ctx context.Context, spec string, known []account.Account) error {
	for _, acct := range known {
		secrets, err := a.secretsOf(acct)
		if err == nil {
			_, err = secrets.Get(ctx, acct.Email)
		}
		if err != nil {
			return err
		}
	}
	if len(known) > 0 {
		return nil
	}
	secrets, err := a.secretsOf(account.Account{Store: spec})
	if err != nil {
		return err
	}
	if _, err = secrets.Get(ctx, "nobody@example.com"); errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
