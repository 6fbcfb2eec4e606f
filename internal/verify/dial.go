package verify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"unicode"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

// dial opens a connection as far as the greeting, over TLS: for a STARTTLS
// server that is the greeting it gave in clear, after which nothing of what it
// said is believed. The greeting is given without being taken off the wire.
// ctx closes the connection when it ends, until stop is called.
func (r *run) dial(ctx context.Context, t track, w *wire) (greeting string, err error) {
	if t.server.TLS != google.STARTTLS {
		if err := r.handshake(ctx, w); err != nil {
			return "", err
		}
	}
	greeting, err = w.peekLine()
	if err != nil {
		if junk := w.last(); junk != "" && !isGreeting(t.protocol, junk) && !errors.Is(err, errTooLong) {
			return "", notProtocol(t.protocol, junk)
		}
		return "", err
	}
	if err := refusedGreeting(t.protocol, greeting); err != nil {
		return greeting, err
	}
	if t.server.TLS == google.STARTTLS {
		if err := r.startTLS(ctx, w); err != nil {
			return greeting, err
		}
	}
	return greeting, nil
}

func (r *run) handshake(ctx context.Context, w *wire) error {
	config := &tls.Config{}
	if r.box.TLS != nil {
		config = r.box.TLS.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.ServerName = w.server.Host
	if config.ClientSessionCache != nil {
		config.ClientSessionCache = sessions{config.ClientSessionCache, w.server.Addr()}
	}
	secure := tls.Client(w.raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	w.conn = secure
	return nil
}

// sessions keeps the TLS sessions of one endpoint apart from those of others: by
// itself crypto/tls tells them apart by the name alone.
type sessions struct {
	tls.ClientSessionCache
	endpoint string
}

// Get gives a session of this endpoint.
func (s sessions) Get(key string) (*tls.ClientSessionState, bool) {
	return s.ClientSessionCache.Get(s.endpoint + " " + key)
}

// Put keeps a session of this endpoint.
func (s sessions) Put(key string, session *tls.ClientSessionState) {
	s.ClientSessionCache.Put(s.endpoint+" "+key, session)
}

// isGreeting reports whether a line, or the beginning of one, is in the
// protocol's form.
func isGreeting(protocol, line string) bool {
	switch protocol {
	case protoIMAP:
		return strings.HasPrefix(line, "* ")
	case protoPOP3:
		return strings.HasPrefix(line, "+OK") || strings.HasPrefix(line, "-ERR")
	}
	status, _, _ := parseSMTP([]string{line})
	return status == 220 || status >= 400 && status < 600
}

// refusedGreeting is the Symptom of a greeting that ends the matter.
func refusedGreeting(protocol, line string) error {
	if !isGreeting(protocol, line) {
		return notProtocol(protocol, line)
	}
	switch protocol {
	case protoIMAP:
		status, code, text := parseIMAP(strings.TrimPrefix(line, "* "))
		switch status {
		case "OK":
			return nil
		case "BYE":
			return &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: code, Text: text}
		case "PREAUTH": // somebody else's mailbox, or no question who we are: no proof of anything
			return &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "preauth", Text: text}
		}
		return notProtocol(protocol, line)
	case protoPOP3:
		if ok, code, text := parsePOP3(line); !ok {
			return &diagnosis.Symptom{Where: diagnosis.AtPOP3, Code: code, Text: text}
		}
		return nil
	}
	if status, code, text := parseSMTP([]string{line}); status != 220 {
		return &diagnosis.Symptom{Where: diagnosis.AtSMTP, Code: code, Status: status, Text: text}
	}
	return nil
}

func notProtocol(protocol, line string) *diagnosis.Symptom {
	return &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "not-" + protocol, Text: printable(line)}
}

// printable is the beginning of a text that was not meant for us, fit to be shown.
func printable(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if c == unicode.ReplacementChar || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, text)), " ")
	if runes := []rune(text); len(runes) > 120 {
		text = string(runes[:120]) + "…"
	}
	return text
}

// open dials TCP. What ctx ends afterwards is the caller's to say.
func (r *run) open(ctx context.Context, t track) (*wire, error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", t.server.Addr())
	if err != nil {
		return nil, err
	}
	w := newWire(raw, t.protocol, t.server)
	w.heard = r.box.Heard
	return w, nil
}
