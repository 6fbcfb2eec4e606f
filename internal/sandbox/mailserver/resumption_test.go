package mailserver

import (
	"bufio"
	"crypto/tls"
	"testing"

	"gmailoauth/internal/google"
)

// A session that was begun with one mailbox is taken up with the next, as
// Google's servers do.
func TestServersResumeSessions(t *testing.T) {
	w := start(t)
	w.client.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	for _, server := range []google.Server{w.IMAP, w.SMTP, w.Submission, w.POP3} {
		for _, want := range []bool{false, true} {
			if got := w.resumed(t, server); got != want {
				t.Errorf("%s, %s: taken up: %v, want %v", server.Addr(), server.TLS, got, want)
			}
		}
		w.client.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	}
}

// resumed opens a connection to its first line, behind which the ticket comes.
func (w *world) resumed(t *testing.T, server google.Server) bool {
	t.Helper()
	if server.TLS == google.STARTTLS {
		client := w.smtpClient(t, server)
		if err := client.Noop(); err != nil {
			t.Fatal(err)
		}
		state, _ := client.TLSConnectionState()
		return state.DidResume
	}
	conn := tls.Client(w.dialRaw(t, server), w.client)
	defer func() { _ = conn.Close() }()
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return conn.ConnectionState().DidResume
}
