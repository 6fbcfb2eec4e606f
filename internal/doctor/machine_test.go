package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when all of these machines are looked at.
func noon() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

const authority = "Example Trust"

// whole is a machine to which nothing is wrong.
func whole(t *testing.T) *Machine {
	t.Helper()
	shown := tls.ConnectionState{Version: tls.VersionTLS13, PeerCertificates: []*x509.Certificate{
		{Issuer: pkix.Name{Organization: []string{authority}}, NotAfter: noon().AddDate(0, 1, 0)}}}
	roots := x509.NewCertPool()
	roots.AddCert(&x509.Certificate{Raw: []byte("a root")})
	addresses := []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}
	return &Machine{
		Provider: google.Provider{
			TokenEndpoint: "https://oauth.example.com/token", UserinfoEndpoint: "https://oauth.example.com/me",
			IMAP: &google.Server{Host: "imap.example.com", Port: 993, TLS: google.Implicit},
			SMTP: []google.Server{{Host: "smtp.example.com", Port: 465, TLS: google.Implicit}, {Host: "smtp.example.com", Port: 587, TLS: google.STARTTLS}},
			POP3: &google.Server{Host: "pop.example.com", Port: 995, TLS: google.Implicit},
		},
		Timeout: time.Second, Now: noon, Env: func(string) string { return "" }, Authority: authority,
		Resolve: func(context.Context, string) ([]netip.Addr, error) { return addresses, nil },
		Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			return ours, theirs.Close()
		},
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
		HTTP: &http.Client{Transport: answers(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Body: http.NoBody, TLS: &shown, Header: http.Header{"Date": {noon().Format(http.TimeFormat)}}}, nil
		})},
		Reach: func(context.Context, string, google.Server) (tls.ConnectionState, string, error) {
			return shown, "* OK ready", nil
		},
		Roots:   func() (*x509.CertPool, error) { return roots, nil },
		Browser: func() (string, error) { return "/usr/bin/browser", nil },
		Stores:  []Store{{Spec: "file", Open: func(context.Context) error { return nil }}, {Spec: "keyring", Keyring: true, Open: func(context.Context) error { return nil }}},
		Folders: []string{t.TempDir() + "/gmailoauth"},
	}
}

type answers func(*http.Request) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// refusing makes dials to some addresses end in an error.
func refusing(m *Machine, err error, fits func(network, address string) bool) {
	dial := m.Dial
	m.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if fits(network, address) {
			return nil, &net.OpError{Op: "dial", Net: network, Err: err}
		}
		return dial(ctx, network, address)
	}
}

// outcome is "ID ENDPOINT STATUS WHY" of what did not pass.
func outcome(found []finding.Finding) []string {
	var list []string
	for _, f := range found {
		why := strings.TrimPrefix(f.Reason, "skip.")
		if f.Symptom != nil {
			why = f.Symptom.Code
		}
		if f.Status != finding.Pass {
			list = append(list, strings.Join(strings.Fields(f.ID+" "+f.Endpoint+" "+string(f.Status)+" "+why), " "))
		}
	}
	return list
}
