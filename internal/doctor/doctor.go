// Package doctor looks at the machine it runs on: whether names are found,
// ports are open, connections are not opened by others, the clock is right, and
// secrets have a place. It logs in nowhere, asks for no token, and changes
// nothing.
package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// Machine is the outside world as this room sees it. All functions are called
// by many goroutines, and must end when their context does.
type Machine struct {
	Provider google.Provider
	Timeout  time.Duration // of one check; 0: 30 s
	Now      func() time.Time
	Env      func(name string) string

	// Resolve gives the addresses of a name, of both families, whether or not
	// this machine has a way to them.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial opens tcp, tcp4 or tcp6 to host:port, past any proxy, as mail does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Proxy says through which proxy a request goes; nil, nil is none.
	Proxy func(*http.Request) (*url.URL, error)
	// HTTP goes through that proxy. It follows no redirect.
	HTTP *http.Client
	// Reach opens a mail connection as far as the greeting, over TLS. An error
	// that is no Symptom is taken for one of the network.
	Reach func(ctx context.Context, protocol string, server google.Server) (tls.ConnectionState, string, error)
	// Authority is the organisation that signs the provider's certificates;
	// empty: not known, and anybody whom the machine trusts will do.
	Authority string
	// Roots are the machine's own authorities, without those of a provider file.
	Roots func() (*x509.CertPool, error)
	// Browser gives the program that would open a page.
	Browser func() (string, error)
	Stores  []Store
	// Folders are ours, as far as they are there; FoldersErr why they are not known.
	Folders    []string
	FoldersErr error
}

// Store is a place in which secrets are kept.
type Store struct {
	Spec    string
	Keyring bool
	// Open reads what is kept; nil if that can be used.
	Open func(ctx context.Context) error
}

const defaultTimeout = 30 * time.Second

// Examine carries out all checks and gives the findings in this order: dns,
// ipv4 and ipv6, tcp, tls, clock, proxy, ca, browser, keyring, store,
// permissions. dns, tcp and tls stand once for each name or endpoint. It waits
// for each check no longer than the time limit; ctx ends it early. Nothing runs
// on when it returns.
func Examine(ctx context.Context, m Machine) []finding.Finding {
	if m.Timeout <= 0 {
		m.Timeout = defaultTimeout
	}
	// First what may ask a person something, then what takes long.
	local := append([]finding.Finding{m.authorities(), m.browser()}, m.stores(ctx)...)
	local = append(local, m.folders())

	e := &examination{Machine: m, places: placesOf(m.Provider)}
	e.askProxy()
	e.resolve(ctx)
	var families []finding.Finding
	var all sync.WaitGroup
	all.Go(func() { families = e.families(ctx) })
	for _, p := range e.places {
		all.Go(func() { e.knock(ctx, p) })
	}
	all.Wait()
	e.blocked()

	var found []finding.Finding
	for _, name := range e.names {
		found = append(found, *name)
	}
	found = append(found, families...)
	for _, p := range e.places {
		found = append(found, p.tcp)
	}
	for _, p := range e.places {
		found = append(found, p.tls)
	}
	found = append(found, e.clock(), e.proxy())
	return append(found, local...)
}

// examination is one call of Examine.
type examination struct {
	Machine
	places   []*place
	names    []*finding.Finding // of dns, in the order of the places
	badProxy bool               // the variable holds no address
}

// check carries out one step within its time limit. What do gives are the
// evidence of a success, and facts.
func (m *Machine) check(ctx context.Context, id, endpoint string, do func(context.Context) (string, map[string]string, error)) finding.Finding {
	ctx, cancel := context.WithTimeout(ctx, m.Timeout)
	defer cancel()
	start := m.Now()
	evidence, facts, err := do(ctx)
	f := finding.Finding{ID: id, Status: finding.Pass, Endpoint: endpoint, Evidence: evidence, Facts: facts, Duration: m.Now().Sub(start)}
	if err == nil {
		return f
	}
	f.Status, f.Evidence = finding.Fail, ""
	f.Symptom = diagnosis.Network(err, endpoint)
	if f.Symptom.Code == "timed-out" {
		f.Symptom = f.Symptom.With("seconds", seconds(m.Timeout))
	}
	if f.Symptom.Endpoint == "" {
		f.Symptom = f.Symptom.With()
		f.Symptom.Endpoint = endpoint
	}
	return f
}

func skipped(id, endpoint, reason string) finding.Finding {
	return finding.Finding{ID: id, Status: finding.Skip, Endpoint: endpoint, Reason: "skip." + reason}
}

// warning is a finding that fails nothing.
func warning(id, endpoint string, symptom *diagnosis.Symptom) finding.Finding {
	return finding.Finding{ID: id, Status: finding.Warn, Endpoint: endpoint, Symptom: symptom}
}
