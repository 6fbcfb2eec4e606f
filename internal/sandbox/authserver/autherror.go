package authserver

import (
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// AuthError is a refusal as Google's error page carries it in its address.
type AuthError struct {
	Code       string `yaml:"code"`
	Text       string `yaml:"text"`
	Help       string `yaml:"help"`
	Status     int    `yaml:"status"`
	Parameters url.Values
}

//go:embed refusals.yaml
var refusalsYAML []byte

var refusals = sync.OnceValue(func() map[string]AuthError {
	var all map[string]AuthError
	if err := yaml.Unmarshal(refusalsYAML, &all); err != nil {
		panic("authserver: refusals.yaml: " + err.Error()) // embedded, and read by a test
	}
	return all
})

// refusal is Google's own, with the blanks of its text filled.
func refusal(name string, blanks ...string) *AuthError {
	e, ok := refusals()[name]
	if !ok {
		panic("authserver: no refusal " + name)
	}
	e.Text = strings.NewReplacer(blanks...).Replace(e.Text)
	return &e
}

// Encode gives the value of authError: base64url, without padding, of a
// protocol buffer. Fields 1 code, 2 text, 3 help, 4 status, 5 parameters
// (1 key, 2 value), 6 the text again.
// Source: decoded from public captures (google.md 2.4b, seen 2026-11-20).
func (e AuthError) Encode() string {
	wire := appendField(nil, 1, e.Code)
	wire = appendField(wire, 2, e.Text)
	if e.Help != "" {
		wire = appendField(wire, 3, e.Help)
	}
	wire = binary.AppendUvarint(append(wire, 4<<3), uint64(e.Status))
	names := make([]string, 0, len(e.Parameters))
	for name := range e.Parameters {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		pair := appendField(nil, 1, name)
		pair = appendField(pair, 2, e.Parameters.Get(name))
		wire = appendField(wire, 5, string(pair))
	}
	wire = appendField(wire, 6, e.Text)
	return base64.RawURLEncoding.EncodeToString(wire)
}

func appendField(wire []byte, number int, text string) []byte {
	wire = append(wire, byte(number<<3|2))
	wire = binary.AppendUvarint(wire, uint64(len(text)))
	return append(wire, text...)
}

var errNotAuthError = errors.New("not the authError of an error page")

// DecodeAuthError reads what Encode wrote.
func DecodeAuthError(value string) (AuthError, error) {
	wire, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return AuthError{}, errNotAuthError
	}
	e := AuthError{Parameters: url.Values{}}
	err = eachField(wire, func(number int, text []byte, value uint64) error {
		switch number {
		case 1:
			e.Code = string(text)
		case 2:
			e.Text = string(text)
		case 3:
			e.Help = string(text)
		case 4:
			e.Status = int(value)
		case 5:
			var pair [3]string
			err := eachField(text, func(n int, t []byte, _ uint64) error {
				if n < len(pair) {
					pair[n] = string(t)
				}
				return nil
			})
			e.Parameters.Set(pair[1], pair[2])
			return err
		}
		return nil
	})
	return e, err
}

// eachField walks the fields of a protocol buffer that has numbers (varint) and
// texts only.
func eachField(wire []byte, visit func(number int, text []byte, value uint64) error) error {
	for len(wire) > 0 {
		tag, n := binary.Uvarint(wire)
		if n <= 0 || tag>>3 == 0 || tag>>3 > 100 {
			return errNotAuthError
		}
		wire = wire[n:]
		value, n := binary.Uvarint(wire)
		if n <= 0 {
			return errNotAuthError
		}
		wire = wire[n:]
		var text []byte
		switch tag & 7 {
		case 0:
		case 2:
			if value > uint64(len(wire)) {
				return errNotAuthError
			}
			text, wire, value = wire[:value], wire[value:], 0
		default:
			return errNotAuthError
		}
		if err := visit(int(tag>>3), text, value); err != nil {
			return err
		}
	}
	return nil
}
