package xoauth2

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/google/go-cmp/cmp"
)

var _ sasl.Client = (*Client)(nil)

// The example of Google's page on the protocol, byte for byte.
// Source: developers.google.com/workspace/gmail/imap/xoauth2-protocol.
func TestXOAUTH2(t *testing.T) {
	c := NewXOAUTH2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
	mechanism, initial, err := c.Start()
	const want = "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
	if got := base64.StdEncoding.EncodeToString(initial); mechanism != "XOAUTH2" || err != nil || got != want {
		t.Errorf("Start() = %s, %s, %v, want XOAUTH2 and %s", mechanism, got, err, want)
	}
	if string(c.InitialResponse()) != string(initial) || c.Mechanism() != mechanism {
		t.Errorf("InitialResponse() and Mechanism() differ from Start()")
	}
}

func TestOAUTHBEARER(t *testing.T) {
	c := NewOAUTHBEARER("a=b,c@example.com", "tok", "imap.example.com", 993)
	_, initial, _ := c.Start()
	const want = "n,a=a=3Db=2Cc@example.com,\x01host=imap.example.com\x01port=993\x01auth=Bearer tok\x01\x01"
	if string(initial) != want {
		t.Errorf("Start() = %q, want %q", initial, want)
	}
}

// The answer to the error challenge is not nil, which go-smtp would take for
// success, and a second challenge ends the exchange.
func TestNext(t *testing.T) {
	for _, c := range []struct {
		client    *Client
		challenge string
		answer    []byte
		want      Challenge
	}{
		{NewXOAUTH2("u", "t"), `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`, []byte{}, Challenge{"400", "Bearer", "https://mail.google.com/"}},
		{NewOAUTHBEARER("u", "t", "h", 1), `{"status":"invalid_request","scope":"https://mail.google.com/"}`, []byte{1}, Challenge{Status: "invalid_request", Scope: "https://mail.google.com/"}},
	} {
		if c.client.Challenge() != nil {
			t.Errorf("%s: Challenge() before any = %v, want nil", c.client.Mechanism(), c.client.Challenge())
		}
		answer, err := c.client.Next([]byte(c.challenge))
		if err != nil || answer == nil || !cmp.Equal(answer, c.answer) {
			t.Errorf("%s: Next = %#v, %v, want %#v", c.client.Mechanism(), answer, err, c.answer)
		}
		if diff := cmp.Diff(&c.want, c.client.Challenge()); diff != "" {
			t.Errorf("%s: Challenge (-want +got):\n%s", c.client.Mechanism(), diff)
		}
		if _, err := c.client.Next(nil); !errors.Is(err, ErrSecondChallenge) {
			t.Errorf("%s: second Next = %v, want ErrSecondChallenge", c.client.Mechanism(), err)
		}
	}
	if c := NewXOAUTH2("u", "t"); true {
		_, _ = c.Next(nil) // an empty one counts too
		if _, err := c.Next([]byte("{}")); !errors.Is(err, ErrSecondChallenge) {
			t.Errorf("Next after an empty challenge = %v, want ErrSecondChallenge", err)
		}
	}
}

func TestReadChallenge(t *testing.T) {
	for text, want := range map[string]*Challenge{
		`{"status":400}`:                   {Status: "400"},
		`{"status":"401","schemes":"b m"}`: {Status: "401", Schemes: "b m"},
		`{"status":null}`:                  nil,
		`{"status":["a"]}`:                 nil,
		`{}`:                               nil,
		`[]`:                               nil,
		`null`:                             nil,
		``:                                 nil,
		`Password:`:                        nil,
		`{"status":"` + string(make([]byte, 5000)) + `"}`: nil,
	} {
		if diff := cmp.Diff(want, ReadChallenge([]byte(text))); diff != "" {
			t.Errorf("ReadChallenge(%.40q) (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzReadChallenge(f *testing.F) {
	f.Add([]byte(`{"status":"400","schemes":"Bearer","scope":"x"}`))
	f.Add([]byte(`{"status":1e99}`))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c := ReadChallenge(text); c != nil && *c == (Challenge{}) {
			t.Errorf("ReadChallenge(%q) = an empty challenge, want nil", text)
		}
	})
}
