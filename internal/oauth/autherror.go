package oauth

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"strings"

	"gmailoauth/internal/diagnosis"
)

// AuthError is what a Google error page says of itself, in its address.
type AuthError struct {
	Code        string // redirect_uri_mismatch, invalid_client, …
	Message     string // in the language of whoever saw the page
	Help        string // address of a help page
	Status      int    // HTTP status, 0 if it was not said
	RedirectURI string // as it was sent
	ClientID    string
}

// maxAddress is more than any browser sends.
const maxAddress = 64 << 10

// DecodeAuthError reads the address of one of Google's error pages: what a
// browser shows, or what an authorization request is redirected to. Of the
// request's parameters, which the address repeats, it keeps the two that are
// no secret; state is not among them.
// Source: addresses published in several repositories, decoded (seen 2026-11-20).
func DecodeAuthError(address string) (AuthError, bool) {
	if len(address) > maxAddress {
		return AuthError{}, false
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return AuthError{}, false
	}
	blob := u.Query().Get("authError")
	// Standard alphabet or not, padded or not, + taken for a blank or not.
	blob = strings.NewReplacer("+", "-", " ", "-", "/", "_", "=", "").Replace(blob)
	message, err := base64.RawURLEncoding.DecodeString(blob)
	if err != nil || len(message) == 0 {
		return AuthError{}, false
	}
	said, err := readAuthError(message)
	if err != nil || said.Code == "" {
		return AuthError{}, false
	}
	return said, true
}

// Symptom gives the refusal in Google's words.
func (e AuthError) Symptom() *diagnosis.Symptom {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Code: e.Code, Text: e.Message, Status: e.Status}
	return symptom.With("redirect_uri", e.RedirectURI, "client_id", e.ClientID, "help", e.Help)
}

// readAuthError reads the message: 1 code, 2 text, 3 help, 4 status, 5 a
// parameter (1 key, 2 value), 6 the text again.
func readAuthError(message []byte) (AuthError, error) {
	var said AuthError
	err := eachField(message, func(number int, value uint64, data []byte) error {
		switch number {
		case 1:
			said.Code = oneLine(string(data), 80)
		case 2:
			said.Message = oneLine(string(data), 600)
		case 3:
			said.Help = oneLine(string(data), 300)
		case 4:
			if value >= 100 && value < 600 {
				said.Status = int(value)
			}
		case 5:
			return said.readParameter(data)
		case 6:
			if said.Message == "" {
				said.Message = oneLine(string(data), 600)
			}
		}
		return nil
	})
	return said, err
}

func (e *AuthError) readParameter(message []byte) error {
	var key, value string
	err := eachField(message, func(number int, _ uint64, data []byte) error {
		switch number {
		case 1:
			key = string(data)
		case 2:
			value = string(data)
		}
		return nil
	})
	switch key {
	case "redirect_uri":
		e.RedirectURI = oneLine(value, 500)
	case "client_id":
		e.ClientID = oneLine(value, 200)
	}
	return err
}

var errBadMessage = errors.New("not a protobuf message")

// eachField walks the fields of a protobuf message, unknown ones included.
// Source: protobuf.dev/programming-guides/encoding (seen 2026-11-20).
func eachField(message []byte, see func(number int, value uint64, data []byte) error) error {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		number := tag >> 3
		if n <= 0 || number == 0 || number > 1<<29-1 {
			return errBadMessage
		}
		message = message[n:]
		var value uint64
		var data []byte
		size := 0
		switch tag & 7 {
		case 0:
			if value, size = binary.Uvarint(message); size <= 0 {
				return errBadMessage
			}
		case 1:
			size = 8
		case 2:
			length, n := binary.Uvarint(message)
			if n <= 0 || length > uint64(len(message)-n) {
				return errBadMessage
			}
			data, size = message[n:n+int(length)], n+int(length)
		case 5:
			size = 4
		default:
			return errBadMessage
		}
		if size > len(message) {
			return errBadMessage
		}
		message = message[size:]
		if err := see(int(number), value, data); err != nil {
			return err
		}
	}
	return nil
}
