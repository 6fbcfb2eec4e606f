package doctor

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// place is an endpoint that this machine has to reach.
type place struct {
	protocol string // oauth, imap, smtp, pop3
	host     string
	port     string
	address  string         // of HTTP; empty for mail
	server   *google.Server // of mail
	through  *url.URL       // the proxy that leads there
	ips      []netip.Addr
	named    finding.Status // of the check of its name

	tcp, tls finding.Finding
	date     string // of the HTTP reply
	asked    time.Time
	answered time.Time
}

func (p *place) endpoint() string { return net.JoinHostPort(p.host, p.port) }

// placesOf are the endpoints that programs ask. The consent page is not among
// them: a browser shows it, seldom on this machine.
func placesOf(provider google.Provider) []*place {
	var places []*place
	for _, address := range []string{provider.TokenEndpoint, provider.UserinfoEndpoint, provider.TokeninfoEndpoint, provider.RevocationEndpoint} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
		}
		known := func(p *place) bool { return p.host == u.Hostname() && p.port == port }
		if !slices.ContainsFunc(places, known) {
			places = append(places, &place{protocol: "oauth", host: u.Hostname(), port: port, address: address})
		}
	}
	mail := func(protocol string, servers ...google.Server) {
		for _, s := range servers {
			_, port, _ := net.SplitHostPort(s.Addr())
			places = append(places, &place{protocol: protocol, host: s.Host, port: port, server: &s})
		}
	}
	if provider.IMAP != nil {
		mail("imap", *provider.IMAP)
	}
	mail("smtp", provider.SMTP...)
	if provider.POP3 != nil {
		mail("pop3", *provider.POP3)
	}
	return places
}

// askProxy finds out which endpoints are reached through a proxy.
func (e *examination) askProxy() {
	for _, p := range e.places {
		if p.server != nil {
			continue
		}
		u, err := url.Parse(p.address)
		if err != nil {
			continue
		}
		through, err := e.Proxy(&http.Request{Method: http.MethodHead, URL: u})
		if err != nil || through != nil && !usable(through) {
			e.badProxy = true
		}
		p.through = through
	}
}

// usable reports whether a proxy's address was read as it was meant: what is no
// URL is taken for a host without its scheme, and then the host is "http:".
func usable(proxy *url.URL) bool {
	known := slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme)
	return known && proxy.Hostname() != "" && !strings.HasSuffix(proxy.Host, ":")
}

// resolve asks for each name once, all at the same time. A name that only a
// proxy is told is not asked for here.
func (e *examination) resolve(ctx context.Context) {
	known := map[string]*finding.Finding{}
	addresses := map[string]*[]netip.Addr{}
	var all sync.WaitGroup
	for _, p := range e.places {
		key := p.host
		if p.through != nil {
			key = "by proxy: " + p.host
		}
		if known[key] != nil {
			continue
		}
		f, ips := new(finding.Finding), new([]netip.Addr)
		known[key], addresses[key] = f, ips
		e.names = append(e.names, f)
		if p.through != nil {
			*f = skipped("dns."+p.protocol, p.host, "by-proxy")
			continue
		}
		all.Go(func() { *f = e.name(ctx, p, ips) })
	}
	all.Wait()
	for _, p := range e.places {
		key := p.host
		if p.through != nil {
			key = "by proxy: " + p.host
		}
		p.ips, p.named = *addresses[key], known[key].Status
	}
}

func (e *examination) name(ctx context.Context, p *place, into *[]netip.Addr) finding.Finding {
	f := e.check(ctx, "dns."+p.protocol, p.host, func(ctx context.Context) (string, map[string]string, error) {
		if ip, err := netip.ParseAddr(p.host); err == nil {
			*into = []netip.Addr{ip}
			return ip.String(), nil, nil
		}
		ips, err := e.Resolve(ctx, p.host)
		if err != nil {
			return "", nil, err
		}
		*into = ips
		return list(ips), nil, nil
	})
	if f.Symptom != nil {
		f.Symptom = f.Symptom.With("port", p.port)
	}
	return f
}

// list shows the addresses of a name, of each family no more than a few.
func list(ips []netip.Addr) string {
	const enough = 2
	var shown []string
	count := map[bool]int{}
	for _, ip := range ips {
		four := ip.Unmap().Is4()
		switch count[four]++; {
		case count[four] <= enough:
			shown = append(shown, ip.Unmap().String())
		case count[four] == enough+1:
			shown = append(shown, "…")
		}
	}
	return strings.Join(shown, ", ")
}

// blocked looks at ports that do not answer while others do: then it is not the
// network that is gone, but this way that is closed.
func (e *examination) blocked() {
	open := func(p *place) bool { return p.tcp.Status == finding.Pass }
	if !slices.ContainsFunc(e.places, open) {
		return
	}
	for _, p := range e.places {
		s := p.tcp.Symptom
		if s == nil {
			continue
		}
		if errors.Is(s.Err, fs.ErrPermission) || slices.Contains([]string{"timed-out", "connection-refused", "unreachable"}, s.Code) {
			closed := diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "port-blocked", Text: s.Text, Endpoint: s.Endpoint, Facts: s.Facts, Err: s.Err}
			p.tcp.Symptom = &closed
		}
	}
}
