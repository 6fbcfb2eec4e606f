// Package secret holds text that must not be seen: it prints as dots, and a
// Redactor takes it out of whatever others wrote, in clear or in base64.
package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// Dots is what a secret looks like to everyone but [Text.Reveal].
const Dots = "[redacted]"

// Text is a secret. Every way of printing it gives Dots, also when it sits in
// an unexported field, where fmt does not ask a type how it wants to be shown:
// the text is behind a pointer, so fmt finds an address. The zero Text is the
// absent secret.
type Text struct{ text *string }

// New wraps a secret. The empty string gives the zero Text.
func New(text string) Text {
	if text == "" {
		return Text{}
	}
	return Text{&text}
}

// Reveal gives the secret itself. Only the wire, the stores and export call it.
func (t Text) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// IsZero reports whether there is no secret.
func (t Text) IsZero() bool { return t.text == nil }

// Equal compares two secrets in constant time.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

func (t Text) String() string {
	if t.IsZero() {
		return ""
	}
	return Dots
}

// GoString hides the secret from %#v.
func (t Text) GoString() string { return "secret.Text(" + t.String() + ")" }

// Format hides the secret from every verb.
func (t Text) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('#') {
		_, _ = s.Write([]byte(t.GoString()))
		return
	}
	_, _ = s.Write([]byte(t.String()))
}

// LogValue hides the secret from log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText hides the secret from JSON, XML and YAML.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
