// Package xoauth2 holds the two SASL mechanisms that carry an OAuth 2.0 access
// token, XOAUTH2 and OAUTHBEARER, as clients on go-sasl's interface.
//
// They are our own because go-sasl declines XOAUTH2, and because its
// OAUTHBEARER client ends the exchange with an error of its own, so that the
// server's verdict is lost: here the error challenge is kept and answered, and
// the server speaks last.
package xoauth2

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Challenge is the JSON with which a server refuses a token inside the SASL
// exchange, before its verdict. Gmail sends status "400" and schemes "Bearer"
// for XOAUTH2, and status "invalid_request" without schemes for OAUTHBEARER.
// Source: developers.google.com/workspace/gmail/imap/xoauth2-protocol; RFC 7628 section 3.2.2 (seen 2026-11-20).
type Challenge struct {
	Status  string `json:"status"`
	Schemes string `json:"schemes,omitempty"`
	Scope   string `json:"scope,omitempty"`
}

// ErrSecondChallenge says that the server asks on after the exchange is over.
var ErrSecondChallenge = errors.New("the server sent a second challenge")

// Client is a [sasl.Client] that remembers what it was refused with.
// It serves one exchange, from one goroutine.
type Client struct {
	mechanism string
	initial   []byte
	dummy     []byte // the answer to an error challenge that makes the server give its verdict

	challenge *Challenge
	raw       []byte
}

// NewXOAUTH2 returns a client for Google's own mechanism.
func NewXOAUTH2(user, token string) *Client {
	return &Client{
		mechanism: "XOAUTH2",
		initial:   []byte("user=" + user + "\x01auth=Bearer " + token + "\x01\x01"),
		dummy:     []byte{}, // not nil: go-smtp takes a nil answer for success
	}
}

// NewOAUTHBEARER returns a client for the mechanism of RFC 7628. Host and port
// are those that were dialled.
func NewOAUTHBEARER(user, token, host string, port int) *Client {
	escape := strings.NewReplacer("=", "=3D", ",", "=2C") // RFC 5801 section 4, saslname
	return &Client{
		mechanism: "OAUTHBEARER",
		initial: fmt.Appendf(nil, "n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01",
			escape.Replace(user), host, port, token),
		dummy: []byte{1}, // RFC 7628 section 3.2.3
	}
}

// Mechanism is the name of the mechanism.
func (c *Client) Mechanism() string { return c.mechanism }

// InitialResponse is what Start gives, for those who need no exchange.
func (c *Client) InitialResponse() []byte { return c.initial }

// Start begins the exchange with the initial response.
func (c *Client) Start() (mechanism string, initial []byte, err error) {
	return c.mechanism, c.initial, nil
}

// Next keeps the error challenge and gives the answer after which the server
// says its verdict. A second challenge is an error: no server may send one.
func (c *Client) Next(challenge []byte) ([]byte, error) {
	if c.raw != nil {
		return nil, fmt.Errorf("%s: %w", c.mechanism, ErrSecondChallenge)
	}
	c.raw = append([]byte{}, challenge...)
	c.challenge = ReadChallenge(challenge)
	return c.dummy, nil
}

// Challenged reports whether the server sent a challenge, of whatever kind.
func (c *Client) Challenged() bool { return c.raw != nil }

// Challenge is what the server refused with, or nil.
func (c *Client) Challenge() *Challenge { return c.challenge }

// ReadChallenge reads the JSON of an error challenge, base64 already removed.
// Numbers are taken for strings. It returns nil for anything else.
func ReadChallenge(text []byte) *Challenge {
	var wire struct {
		Status  any `json:"status"`
		Schemes any `json:"schemes"`
		Scope   any `json:"scope"`
	}
	if len(text) > 4096 || json.Unmarshal(text, &wire) != nil {
		return nil
	}
	word := func(v any) string {
		switch v := v.(type) {
		case string:
			return v
		case float64:
			return fmt.Sprint(v)
		}
		return ""
	}
	c := Challenge{Status: word(wire.Status), Schemes: word(wire.Schemes), Scope: word(wire.Scope)}
	if c == (Challenge{}) {
		return nil
	}
	return &c
}
