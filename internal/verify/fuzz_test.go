package verify

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/google"
	"gmailoauth/internal/xoauth2"
)

// speaker is a server that says what it was told to, whatever it is asked, and
// then hangs up.
func speakerOf(t testing.TB, said []byte) net.Conn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = listener.Close() }()
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write(said)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn
}

// Whatever a server says, a proof ends, keeps little of it, and takes nothing for
// a login that is not the protocol's word for one.
func FuzzServer(f *testing.F) {
	for _, text := range []string{
		"* OK Gimap ready\r\n* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\nT1 OK done\r\nT2 OK in\r\n* 3 EXISTS\r\nT3 OK [READ-ONLY] x\r\n",
		"* OK Gimap ready\r\n* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\nT1 OK\r\n+ eyJzdGF0dXMiOiI0MDAifQ==\r\nT2 NO [AUTHENTICATIONFAILED] no\r\n",
		"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hello\r\n* BYE [OVERQUOTA] later\r\n",
		"* OK [CAPABILITY (MAP\\]\n", "* OK x\r\n* CAPABILITY ((\r\nT1 OK [CAPABILITY (\r\n",
		"* OK hello\r\nT2 OK in\r\nT1 OK done\r\n* CAPABILITY \x00\r\n* LIST () NIL {9}\r\n",
	} {
		f.Add(0, []byte(text))
		f.Add(1, []byte(text))
	}
	for _, text := range []string{
		"220 smtp.gmail.com ESMTP\r\n250-at your service\r\n250 AUTH XOAUTH2\r\n235 2.7.0 Accepted\r\n",
		"220 x\r\n250 AUTH XOAUTH2\r\n334 eyJzdGF0dXMiOiI0MDAifQ==\r\n535-5.7.8 no\r\n535 5.7.8 - gsmtp\r\n",
		"220 \r\n250-\r\n250-\x00\r\n", "554 \r\n", "220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n",
	} {
		f.Add(2, []byte(text))
		f.Add(3, []byte(text))
	}
	for _, text := range []string{
		"+OK Gpop ready\r\n+OK Welcome.\r\n+OK 3 1024\r\n", "+OK\r\n+ \r\n+ e30=\r\n-ERR [AUTH] no\r\n",
		"+OK Gpop ready\r\n-ERR what?\r\n+\r\n+OK\r\n+OK -1 x\r\n", "-ERR [SYS/TEMP]\r\n",
	} {
		f.Add(4, []byte(text))
		f.Add(5, []byte(text))
	}
	f.Fuzz(func(t *testing.T, which int, said []byte) {
		protocol := []string{protoIMAP, protoSMTP, protoPOP3}[uint(which)/2%3]
		server := google.Server{Host: "127.0.0.1", Port: 1, TLS: google.STARTTLS}
		p := &proof{run: &run{box: Mailbox{Timeout: 20 * time.Second}, now: time.Now, bearer: newBearer()}, track: track{protocol: protocol, server: server}}
		close(p.bearer.got)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		w := newWire(speakerOf(t, said), protocol, server)
		defer func() { _ = w.Close() }()
		defer context.AfterFunc(ctx, w.abort)()
		client := xoauth2.NewXOAUTH2(mailbox, goodToken)
		greeting, err := w.peekLine()
		if err != nil || refusedGreeting(protocol, greeting) != nil {
			return
		}
		if which%2 == 1 {
			if _, err := askTLS(w); err == nil && !bytes.Contains(said, []byte("\n")) {
				t.Error("asked for TLS, and got a yes of no line")
			}
			return
		}
		next := p.coming("XOAUTH2", greeting, func() *xoauth2.Client { return client })
		next.gmail = strings.Contains(greeting, google.Known().Greetings[protocol].Value) && protocol != protoSMTP
		s, err := newSession(w, next)
		if err == nil {
			said, err := s.login(client)
			if yes := map[string]string{protoIMAP: "OK", protoSMTP: "235", protoPOP3: "+OK"}[protocol]; err == nil && !strings.HasPrefix(strings.ToUpper(said.evidence), yes) {
				t.Errorf("login takes %q for a yes", said.evidence)
			}
			if err == nil {
				_, _ = s.mailbox()
			}
			s.leave(false)
		}
		if ctx.Err() != nil {
			t.Error("the proof did not end by itself")
		}
		for _, line := range w.since(0) {
			if len(line) > maxQuote {
				t.Errorf("%d bytes kept of a line", len(line))
			}
		}
		if len(w.since(0)) > maxKept {
			t.Errorf("%d lines kept", len(w.since(0)))
		}
	})
}
