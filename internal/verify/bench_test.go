package verify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gmailoauth/internal/account"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// link carries bytes between a client and address, each way delay late, in
// order, and answers a connection one round trip late, as a distant host does:
// the listener accepts at once, so what a SYN and its answer would wait is put on
// the first bytes of the client, and of a server that speaks first.
func link(b testing.TB, address string, delay time.Duration) (host string, port int) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address)
			if err != nil {
				_ = near.Close()
				continue
			}
			wg.Go(func() { late(far, near, delay, 2*delay) })
			wg.Go(func() { late(near, far, delay, 3*delay) })
		}
	})
	b.Cleanup(func() { _ = listener.Close(); wg.Wait() })
	a := listener.Addr().(*net.TCPAddr)
	return a.IP.String(), a.Port
}

// late copies what comes from in to out, delay later; handshake is added once,
// to what comes first.
func late(out, in net.Conn, delay, handshake time.Duration) {
	type packet struct {
		data []byte
		due  time.Time
	}
	packets := make(chan packet, 1024)
	opened := time.Now().Add(handshake)
	go func() {
		defer close(packets)
		for {
			buffer := make([]byte, 16<<10)
			n, err := in.Read(buffer)
			if err != nil {
				return
			}
			due := time.Now()
			if due.Before(opened) {
				due = opened
			}
			packets <- packet{buffer[:n], due.Add(delay)}
		}
	}()
	for p := range packets {
		time.Sleep(time.Until(p.due))
		if _, err := out.Write(p.data); err != nil {
			break
		}
	}
	_ = out.Close()
	_ = in.Close()
	for range packets { // so that the reader ends
	}
}

// tokenServer renews and identifies over HTTPS, as Google does.
func tokenServer(b testing.TB) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": goodToken, "email": mailbox, "scope": mailScope})
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	b.Cleanup(server.Close)
	return server
}

// BenchmarkRoundTrips measures one full proof (renewal, identity, IMAP, SMTP on
// an implicit port, POP3) over a slow line, in round trips. Goal: 5, and
// what the processors need. Those five, of IMAP: TCP, TLS, greeting, login (and
// before it, in the same step, capabilities), EXAMINE; of SMTP: TCP, TLS,
// greeting, EHLO, AUTH; of POP3: TCP, TLS, greeting, AUTH with the token, STAT.
// SMTP on 587 takes two more: STARTTLS, and EHLO a second time.
func BenchmarkRoundTrips(b *testing.B) {
	for _, rtt := range []time.Duration{40 * time.Millisecond, 120 * time.Millisecond} {
		b.Run("465/"+rtt.String(), func(b *testing.B) { benchRoundTrips(b, rtt, google.Implicit) })
		b.Run("587/"+rtt.String(), func(b *testing.B) { benchRoundTrips(b, rtt, google.STARTTLS) })
	}
}

func benchRoundTrips(b *testing.B, rtt time.Duration, mode string) {
	web := tokenServer(b)
	far := func(s google.Server) *google.Server {
		host, port := link(b, s.Addr(), rtt/2)
		return &google.Server{Host: host, Port: port, TLS: s.TLS}
	}
	imap := far(serve(b, google.Implicit, fakeIMAP(nil)))
	smtp := far(serve(b, mode, fakeSMTP(nil, mode == google.Implicit, nil)))
	pop3 := far(serve(b, google.Implicit, fakePOP3(nil)))
	host, port := link(b, web.Listener.Addr().String(), rtt/2)
	endpoint := "https://" + (google.Server{Host: host, Port: port}).Addr()
	for b.Loop() {
		client := web.Client()
		transport := client.Transport.(*http.Transport).Clone()
		ask := func(ctx context.Context) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader([]byte("grant_type=refresh_token")))
			if err != nil {
				return err
			}
			resp, err := transport.RoundTrip(req)
			if err != nil {
				return err
			}
			defer func() { _ = resp.Body.Close() }()
			_, err = io.Copy(io.Discard, resp.Body)
			return err
		}
		got := Run(b.Context(), box(imap, []google.Server{*smtp}, pop3), Tokens{
			Token: func(ctx context.Context) (account.Token, bool, error) {
				return account.Token{Access: secret.New(goodToken)}, true, ask(ctx)
			},
			Identify: func(ctx context.Context, _ account.Token) (account.Identity, error) {
				return account.Identity{Email: mailbox, Scopes: []string{mailScope}}, ask(ctx)
			},
		}, time.Now)
		allPass(b, got)
		transport.CloseIdleConnections()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(rtt), "RTT")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkThousandMailboxes proves IMAP, SMTP and POP3 of 1,000 mailboxes, 32
// at a time, which take up each other's TLS sessions, as in one command; clients
// and servers share the processors. Goal: 150 a second.
func BenchmarkThousandMailboxes(b *testing.B) {
	const mailboxes = 1000
	imap := serve(b, google.Implicit, fakeIMAP(nil))
	smtp := serve(b, google.Implicit, fakeSMTP(nil, true, nil))
	pop3 := serve(b, google.Implicit, fakePOP3(nil))
	shared := trusted().client.Clone()
	shared.ClientSessionCache = tls.NewLRUClientSessionCache(64)
	var heap atomic.Uint64
	for b.Loop() {
		group := new(errgroup.Group)
		group.SetLimit(32)
		for i := range mailboxes {
			group.Go(func() error {
				one := box(&imap, []google.Server{smtp}, &pop3)
				one.TLS = shared
				allPass(b, Run(b.Context(), one, tokenOf(goodToken), time.Now))
				if i%200 == 100 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					heap.Store(max(heap.Load(), m.HeapInuse))
				}
				return nil
			})
		}
		_ = group.Wait()
	}
	b.ReportMetric(float64(mailboxes*b.N)/b.Elapsed().Seconds(), "mailboxes/s")
	b.ReportMetric(float64(heap.Load())/(1<<20), "heap-MB")
}

func allPass(b testing.TB, m finding.Mailbox) {
	b.Helper()
	for _, f := range m.Findings {
		if f.Status != finding.Pass {
			b.Errorf("Run: %s = %s: %v", f.ID, f.Status, f.Symptom)
		}
	}
}
