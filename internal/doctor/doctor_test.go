package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

func TestOrder(t *testing.T) {
	var ids []string
	for _, f := range Examine(t.Context(), *whole(t)) {
		if f.Status != finding.Pass {
			t.Errorf("%s is %s %s on a machine that is whole", f.ID, f.Status, f.Reason)
		}
		ids = append(ids, f.ID)
	}
	want := strings.Fields("dns.oauth dns.imap dns.smtp dns.pop3 ipv4 ipv6 tcp.443 tcp.993 tcp.465 tcp.587 tcp.995 " +
		"tls.oauth tls.imap tls.smtp tls.smtp tls.pop3 clock proxy ca browser keyring store permissions")
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("Examine: checks (-want +got)\n%s", diff)
	}
}

func TestExamine(t *testing.T) {
	setClock := func(off time.Duration) func(*Machine) {
		return func(m *Machine) { m.Now = func() time.Time { return noon().Add(off) } }
	}
	through := func(address string) func(*http.Request) (*url.URL, error) {
		return func(*http.Request) (*url.URL, error) { return url.Parse(address) }
	}
	for _, row := range []struct {
		name   string
		change func(*Machine)
		want   []string
	}{
		{"one port is closed", func(m *Machine) {
			refusing(m, syscall.ECONNREFUSED, func(_, address string) bool { return strings.HasSuffix(address, ":587") })
		}, []string{"tcp.587 smtp.example.com:587 fail port-blocked", "tls.smtp smtp.example.com:587 skip not-connected"}},
		{"a rule of this machine closes a port", func(m *Machine) {
			refusing(m, syscall.EACCES, func(_, address string) bool { return strings.HasSuffix(address, ":995") })
		}, []string{"tcp.995 pop.example.com:995 fail port-blocked", "tls.pop3 pop.example.com:995 skip not-connected"}},
		{"no network", func(m *Machine) {
			refusing(m, syscall.ENETUNREACH, func(string, string) bool { return true })
			m.Provider.SMTP, m.Provider.POP3 = nil, nil
		}, []string{"ipv4 skip no-family-answers", "ipv6 skip no-family-answers", "tcp.443 oauth.example.com:443 fail unreachable", "tcp.993 imap.example.com:993 fail unreachable",
			"tls.oauth oauth.example.com:443 skip not-connected", "tls.imap imap.example.com:993 skip not-connected", "clock skip no-date"}},
		{"IPv6 is broken", func(m *Machine) {
			refusing(m, syscall.EHOSTUNREACH, func(network, _ string) bool { return network == "tcp6" })
		}, []string{"ipv6 [2001:db8::7]:443 warn family-broken"}},
		{"IPv4 is broken", func(m *Machine) {
			refusing(m, syscall.ECONNREFUSED, func(network, _ string) bool { return network == "tcp4" })
		}, []string{"ipv4 192.0.2.7:443 warn family-broken"}},
		{"there is no IPv6", func(m *Machine) {
			refusing(m, syscall.ENETUNREACH, func(network, _ string) bool { return network == "tcp6" })
		}, []string{"ipv6 skip no-such-family"}},
		{"there is no IPv4", func(m *Machine) {
			refusing(m, syscall.EADDRNOTAVAIL, func(network, _ string) bool { return network == "tcp4" })
		}, []string{"ipv4 skip no-such-family"}},
		{"the servers have no IPv6", func(m *Machine) {
			m.Resolve = func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("192.0.2.7")}, nil
			}
		}, []string{"ipv6 skip no-such-address"}},
		{"one name is not found", func(m *Machine) {
			resolve := m.Resolve
			m.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
				if host == "pop.example.com" {
					return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
				}
				return resolve(ctx, host)
			}
		}, []string{"dns.pop3 pop.example.com fail name-not-found", "tcp.995 pop.example.com:995 skip no-address", "tls.pop3 pop.example.com:995 skip not-connected"}},
		{"no name is found", func(m *Machine) {
			m.Provider.SMTP, m.Provider.POP3, m.Provider.TokenEndpoint, m.Provider.UserinfoEndpoint = nil, nil, "", ""
			m.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
				return nil, &net.DNSError{Err: "server misbehaving", Name: host}
			}
		}, []string{"dns.imap imap.example.com fail name-lookup-failed", "ipv4 skip no-address", "ipv6 skip no-address",
			"tcp.993 imap.example.com:993 skip no-address", "tls.imap imap.example.com:993 skip not-connected", "clock skip no-date"}},
		{"an address needs no name server", func(m *Machine) {
			m.Provider.IMAP.Host = "192.0.2.9"
			resolve := m.Resolve
			m.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
				if host == "192.0.2.9" {
					return nil, errors.New("asked for an address")
				}
				return resolve(ctx, host)
			}
		}, nil},
		{"mail is inspected", func(m *Machine) {
			m.Reach = func(context.Context, string, google.Server) (tls.ConnectionState, string, error) {
				return tls.ConnectionState{PeerCertificates: []*x509.Certificate{{Issuer: pkix.Name{Organization: []string{"Example Corporation"}}}}}, "", nil
			}
			m.Provider.SMTP, m.Provider.POP3 = nil, nil
		}, []string{"tls.imap imap.example.com:993 warn tls-inspected"}},
		{"nobody knows who signs for this provider", func(m *Machine) {
			m.Authority = ""
			m.Reach = func(context.Context, string, google.Server) (tls.ConnectionState, string, error) {
				return tls.ConnectionState{PeerCertificates: []*x509.Certificate{{Issuer: pkix.Name{Organization: []string{"Example Corporation"}}}}}, "", nil
			}
		}, nil},
		{"STARTTLS is stripped", func(m *Machine) {
			reach := m.Reach
			m.Reach = func(ctx context.Context, protocol string, s google.Server) (tls.ConnectionState, string, error) {
				if s.TLS == google.STARTTLS {
					return tls.ConnectionState{}, "", &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "starttls-not-offered"}
				}
				return reach(ctx, protocol, s)
			}
		}, []string{"tls.smtp smtp.example.com:587 fail starttls-not-offered"}},
		{"OAuth without TLS, on loopback", func(m *Machine) {
			m.Provider.TokenEndpoint, m.Provider.UserinfoEndpoint = "http://127.0.0.1/token", ""
			m.HTTP.Transport = answers(func(*http.Request) (*http.Response, error) {
				return &http.Response{Body: http.NoBody, Header: http.Header{"Date": {noon().Format(http.TimeFormat)}}}, nil
			})
		}, []string{"tls.oauth 127.0.0.1:80 skip plain-http"}},
		{"half a minute", setClock(30 * time.Second), nil},
		{"two minutes ahead", setClock(2 * time.Minute), []string{"clock oauth.example.com:443 warn clock-ahead"}},
		{"ten minutes ahead", setClock(10 * time.Minute), []string{"clock oauth.example.com:443 fail clock-ahead"}},
		{"two minutes behind", setClock(-2 * time.Minute), []string{"clock oauth.example.com:443 warn clock-behind"}},
		{"a day behind", setClock(-24 * time.Hour), []string{"clock oauth.example.com:443 fail clock-behind"}},
		{"a proxy, and mail goes past it", func(m *Machine) { m.Proxy = through("http://me:secret@proxy.example.com:3128") },
			[]string{"dns.oauth oauth.example.com skip by-proxy", "tcp.443 oauth.example.com:443 skip by-proxy"}},
		{"a proxy, and mail is not let through", func(m *Machine) {
			m.Proxy = through("http://me:secret@proxy.example.com:3128")
			refusing(m, os.ErrDeadlineExceeded, func(string, string) bool { return true })
			m.Provider.SMTP, m.Provider.POP3 = nil, nil
		}, []string{"dns.oauth oauth.example.com skip by-proxy", "ipv4 skip no-family-answers", "ipv6 skip no-family-answers",
			"tcp.443 oauth.example.com:443 skip by-proxy", "tcp.993 imap.example.com:993 fail timed-out", "tls.imap imap.example.com:993 skip not-connected",
			"proxy proxy.example.com:3128 warn proxy-mail-direct"}},
		{"a variable that OAuth does not look at", func(m *Machine) {
			m.Env = func(name string) string { return map[string]string{"ALL_PROXY": "socks5://proxy.example.com"}[name] }
			refusing(m, syscall.ECONNREFUSED, func(_, address string) bool { return strings.HasPrefix(address, "oauth.") })
		}, []string{"tcp.443 oauth.example.com:443 fail port-blocked", "tls.oauth oauth.example.com:443 skip not-connected", "clock skip no-date", "proxy warn proxy-variable-ignored"}},
		{"the same, but nothing needs it", func(m *Machine) {
			m.Env = func(name string) string { return map[string]string{"ALL_PROXY": "socks5://proxy.example.com"}[name] }
		}, nil},
		{"a proxy that is no address", func(m *Machine) { m.Proxy = through("http://http://me:secret@proxy") },
			[]string{"dns.oauth oauth.example.com skip by-proxy", "tcp.443 oauth.example.com:443 skip by-proxy", "tls.oauth oauth.example.com:443 skip not-connected", "clock skip no-date", "proxy fail proxy-malformed"}},
		{"a proxy that cannot be read", func(m *Machine) {
			m.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("invalid proxy address secret") }
		}, []string{"tls.oauth oauth.example.com:443 skip not-connected", "clock skip no-date", "proxy fail proxy-malformed"}},
		{"no authorities", func(m *Machine) { m.Roots = func() (*x509.CertPool, error) { return x509.NewCertPool(), nil } },
			[]string{"ca fail no-authorities"}},
		{"no authorities but the provider's own", func(m *Machine) {
			m.Provider.CAFile = "/ca.pem"
			m.Roots = func() (*x509.CertPool, error) { return nil, errors.New("no such file") }
		}, []string{"ca warn no-authorities"}},
		{"no browser", func(m *Machine) { m.Browser = func() (string, error) { return "", errors.New("none") } },
			[]string{"browser warn no-browser"}},
		{"nothing is kept", func(m *Machine) { m.Stores = nil }, []string{"keyring skip keyring-unused", "store skip store-unused"}},
		{"a keyring that is locked, and a store that breaks", func(m *Machine) {
			m.Stores[1].Open = func(context.Context) error {
				return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "keyring-locked"}
			}
			m.Stores[0].Open = func(context.Context) error { return errors.New("input/output error") }
		}, []string{"keyring keyring fail keyring-locked", "store file fail read-failed"}},
		{"no home", func(m *Machine) {
			m.FoldersErr = &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-home"}
		}, []string{"permissions fail no-home"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := whole(t)
			row.change(m)
			found := Examine(t.Context(), *m)
			if diff := cmp.Diff(row.want, outcome(found)); diff != "" {
				t.Errorf("Examine: what did not pass (-want +got)\n%s", diff)
			}
			for _, f := range found {
				if f.Symptom != nil && strings.Contains(f.Symptom.Error()+f.Evidence+f.Endpoint, "secret") {
					t.Errorf("%s shows the password of the proxy: %v", f.ID, f.Symptom)
				}
			}
		})
	}
}

// What never answers costs one time limit, not one for each check.
func TestExamineEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := whole(t)
		m.Now = time.Now
		m.Timeout = 10 * time.Second
		m.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		start := time.Now()
		found := Examine(t.Context(), *m)
		if took := time.Since(start); took != m.Timeout {
			t.Errorf("Examine takes %s where nothing answers, want %s", took, m.Timeout)
		}
		if got := outcome(found); !slices.Contains(got, "tcp.993 imap.example.com:993 fail timed-out") {
			t.Errorf("Examine finds %q, want a port that timed out", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start = time.Now()
		if Examine(ctx, *m); time.Since(start) != 0 {
			t.Errorf("Examine goes on for %s after it was cancelled", time.Since(start))
		}
	})
}

func TestList(t *testing.T) {
	var ips []netip.Addr
	for _, text := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "2001:db8::1", "::ffff:192.0.2.5"} {
		ips = append(ips, netip.MustParseAddr(text))
	}
	if got, want := list(ips), "192.0.2.1, 192.0.2.2, …, 2001:db8::1"; got != want {
		t.Errorf("list = %q, want %q", got, want)
	}
}
