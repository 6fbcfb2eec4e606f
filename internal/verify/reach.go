package verify

import (
	"context"
	"crypto/tls"

	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Reach opens a connection to a mail server as far as the greeting, over TLS,
// says goodbye without logging in, and gives the state of TLS and the greeting.
// protocol is imap, smtp or pop3. Of box only Timeout, TLS, Redactor and Heard
// are looked at. An error is a *diagnosis.Symptom, of the kind that Run finds at
// a connection. It blocks no longer than Timeout. Any goroutine may call it.
func Reach(ctx context.Context, protocol string, server google.Server, box Mailbox) (tls.ConnectionState, string, error) {
	if box.Timeout <= 0 {
		box.Timeout = defaultTimeout
	}
	if box.Redactor == nil {
		box.Redactor = new(secret.Redactor)
	}
	p := &proof{run: &run{box: box}, track: track{protocol: protocol, server: server}}
	ctx, cancel := context.WithTimeout(ctx, box.Timeout)
	defer cancel()
	state, greeting, w, err := p.reach(ctx)
	if err != nil {
		symptom, _ := p.explain(ctx, withEvidence(err, greeting), w)
		return state, "", symptom.With("protocol", protocol, "host", server.Host)
	}
	return state, p.clean(greeting), nil
}

func (p *proof) reach(ctx context.Context) (state tls.ConnectionState, greeting string, w *wire, err error) {
	if w, err = p.open(ctx, p.track); err != nil {
		return state, "", nil, err
	}
	defer func() { _ = w.Close() }()
	defer context.AfterFunc(ctx, w.abort)()
	if greeting, err = p.dial(ctx, p.track, w); err != nil {
		return state, greeting, w, err
	}
	if secure, ok := w.conn.(*tls.Conn); ok {
		state = secure.ConnectionState()
	}
	goodbye := "QUIT\r\n"
	if p.protocol == protoIMAP {
		goodbye = "L1 LOGOUT\r\n"
	}
	_, _ = w.Write([]byte(goodbye)) // said for manners: what was to be seen is seen
	return state, greeting, w, nil
}
