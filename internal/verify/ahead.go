package verify

import (
	"bytes"
	"strings"
	"time"

	"gmailoauth/internal/google"
	"gmailoauth/internal/xoauth2"
)

// coming is the login that will follow a greeting, for sessions that can save a
// round trip by knowing of it.
type coming struct {
	mechanism string
	gmail     bool                   // the greeting, given under TLS, is one of Gmail's
	got       <-chan struct{}        // closed when the token is there, or will not come
	client    func() *xoauth2.Client // after got; nil without a token
	now       func() time.Time
}

// coming looks at the greeting: what is known of Gmail's servers need not be
// asked before the login, and is checked none the less when they have said it.
// A greeting in clear tells nothing.
func (p *proof) coming(mechanism, greeting string, client func() *xoauth2.Client) coming {
	mark := google.Known().Greetings[p.protocol].Value
	return coming{
		mechanism: mechanism,
		gmail:     mark != "" && p.server.TLS != google.STARTTLS && strings.Contains(greeting, mark),
		got:       p.bearer.got,
		client: func() *xoauth2.Client {
			if p.bearer.err != nil {
				return nil
			}
			return client()
		},
		now: p.now,
	}
}

// greetInstead makes the library read another greeting than the one that waits
// for it, which was looked at already.
func (w *wire) greetInstead(greeting string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.ahead[bytes.IndexByte(w.ahead, '\n')+1:]
	w.ahead = append([]byte(greeting+"\r\n"), rest...)
}

func newSession(w *wire, next coming) (session, error) {
	switch w.protocol {
	case protoIMAP:
		return newIMAP(w, next)
	case protoSMTP:
		return newSMTP(w)
	}
	return newPOP3(w, next)
}
