package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// knock looks at one endpoint: whether its port is open, and who answers there.
func (e *examination) knock(ctx context.Context, p *place) {
	tcp, secure := "tcp."+p.port, "tls."+p.protocol
	switch {
	case p.through != nil:
		p.tcp = skipped(tcp, p.endpoint(), "by-proxy")
	case p.named != finding.Pass:
		p.tcp = skipped(tcp, p.endpoint(), "no-address")
	default:
		p.tcp = e.check(ctx, tcp, p.endpoint(), func(ctx context.Context) (string, map[string]string, error) {
			conn, err := e.Dial(ctx, "tcp", p.endpoint())
			if err != nil {
				return "", nil, err
			}
			return conn.RemoteAddr().String(), nil, conn.Close()
		})
	}
	switch {
	case p.through == nil && p.tcp.Status != finding.Pass, p.server == nil && e.badProxy:
		p.tls = skipped(secure, p.endpoint(), "not-connected")
	case p.server != nil:
		p.tls = e.secured(ctx, p, func(ctx context.Context) (*tls.ConnectionState, string, error) {
			state, greeting, err := e.Reach(ctx, p.protocol, *p.server)
			return &state, greeting, err
		})
	default:
		p.tls = e.secured(ctx, p, func(ctx context.Context) (*tls.ConnectionState, string, error) { return e.head(ctx, p) })
	}
}

// secured sees whose certificate is shown, and by whom it is signed.
func (e *examination) secured(ctx context.Context, p *place, reach func(context.Context) (*tls.ConnectionState, string, error)) finding.Finding {
	foreign := ""
	f := e.check(ctx, "tls."+p.protocol, p.endpoint(), func(ctx context.Context) (string, map[string]string, error) {
		state, answer, err := reach(ctx)
		if err != nil || state == nil || len(state.PeerCertificates) == 0 {
			return "", nil, err
		}
		leaf := state.PeerCertificates[0]
		issuer := leaf.Issuer.String()
		if e.Authority != "" && !strings.HasPrefix(strings.Join(leaf.Issuer.Organization, " "), e.Authority) {
			foreign = issuer
		}
		return tls.VersionName(state.Version) + ", " + issuer,
			map[string]string{"issuer": issuer, "version": tls.VersionName(state.Version), "not_after": leaf.NotAfter.UTC().Format(time.RFC3339), "answer": answer}, nil
	})
	switch {
	case f.Status == finding.Fail:
		f.Symptom = f.Symptom.With("host", p.host, "port", p.port, "protocol", p.protocol)
		if f.Symptom.Endpoint != f.Endpoint { // the address without its path: rows and JSON name the same
			f.Symptom.Endpoint = f.Endpoint
		}
	case f.Facts == nil:
		f = skipped(f.ID, f.Endpoint, "plain-http")
	case foreign != "":
		f.Status = finding.Warn
		f.Symptom = (&diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "tls-inspected", Endpoint: f.Endpoint}).
			With("host", p.host, "port", p.port, "issuer", foreign, "known", e.Authority)
	}
	return f
}

// head asks an endpoint for nothing, as every reply tells the time and shows a
// certificate.
func (e *examination) head(ctx context.Context, p *place) (*tls.ConnectionState, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, p.address, nil)
	if err != nil {
		return nil, "", err
	}
	p.asked = e.Now()
	reply, err := e.HTTP.Do(request)
	if err != nil {
		return nil, "", err
	}
	p.answered = e.Now()
	p.date = reply.Header.Get("Date")
	_ = reply.Body.Close()
	return reply.TLS, "HTTP " + strconv.Itoa(reply.StatusCode), nil
}

// families tells whether IPv4 and IPv6 both lead to the servers. A machine that
// has but one is whole; one that has a broken second loses time, or fails, with
// every program that tries that one first.
func (e *examination) families(ctx context.Context) []finding.Finding {
	four := e.family(ctx, "ipv4", "tcp4", func(ip netip.Addr) bool { return ip.Unmap().Is4() })
	six := e.family(ctx, "ipv6", "tcp6", func(ip netip.Addr) bool { return !ip.Unmap().Is4() })
	first, second := <-four, <-six
	return []finding.Finding{e.judge(first, second, "IPv4", "IPv6"), e.judge(second, first, "IPv6", "IPv4")}
}

func (e *examination) family(ctx context.Context, id, network string, fits func(netip.Addr) bool) <-chan finding.Finding {
	found := make(chan finding.Finding, 1)
	for _, p := range e.places {
		for _, ip := range p.ips {
			if !fits(ip) {
				continue
			}
			go func() {
				endpoint := netip.AddrPortFrom(ip.Unmap(), portOf(p.port)).String()
				found <- e.check(ctx, id, endpoint, func(ctx context.Context) (string, map[string]string, error) {
					conn, err := e.Dial(ctx, network, endpoint)
					if err != nil {
						return "", nil, err
					}
					return endpoint, nil, conn.Close()
				})
			}()
			return found
		}
	}
	reason := "no-address"
	if slices.ContainsFunc(e.places, func(p *place) bool { return len(p.ips) > 0 }) {
		reason = "no-such-address"
	}
	found <- skipped(id, "", reason)
	return found
}

// judge tells a family that is missing from one that is broken.
func (e *examination) judge(f, other finding.Finding, family, works string) finding.Finding {
	switch {
	case f.Status != finding.Fail:
		return f
	case other.Status != finding.Pass:
		return skipped(f.ID, "", "no-family-answers") // tcp tells why
	case hasNone(f.Symptom):
		return skipped(f.ID, "", "no-such-family")
	}
	f.Status = finding.Warn
	f.Symptom = (&diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "family-broken", Text: f.Symptom.Text, Endpoint: f.Endpoint, Err: f.Symptom.Err}).
		With("family", family, "works", works, "endpoint", f.Endpoint)
	return f
}

// hasNone reports whether this machine has no address, or no route, of a family:
// then nobody waits for it. The numbers are those of winsock.
func hasNone(err error) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return false
	}
	switch errno {
	case syscall.ENETUNREACH, syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, 10051, 10049, 10047:
		return true
	}
	return false
}

func portOf(port string) uint16 {
	n, _ := strconv.ParseUint(port, 10, 16)
	return uint16(n)
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Round(time.Second) / time.Second)) }
