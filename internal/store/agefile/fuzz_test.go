package agefile

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
)

// drawer is a file and an identity in memory.
type drawer struct{ sealed, identity []byte }

func (d *drawer) Read(context.Context, string) ([]byte, error) {
	if d.sealed == nil {
		return nil, fs.ErrNotExist
	}
	return d.sealed, nil
}
func (d *drawer) Write(_ context.Context, _ string, text []byte) error { d.sealed = text; return nil }
func (d *drawer) Remove(context.Context, string) error                 { d.sealed = nil; return nil }
func (d *drawer) File(string) string                                   { return "the-file" }
func (d *drawer) Get(context.Context) ([]byte, error)                  { return d.identity, nil }
func (d *drawer) Make(context.Context) ([]byte, error)                 { return d.identity, nil }
func (d *drawer) Where() string                                        { return "the-identity" }

// A sealed file opens to what was sealed, or is refused as damaged or another's.
func FuzzSealed(f *testing.F) {
	identity, err := Generate()
	if err != nil {
		f.Fatal(err)
	}
	const text = `{"refresh_token":"1//sealed"}`
	d := &drawer{identity: identity}
	if err := New(d, d).Write(f.Context(), "a", []byte(text)); err != nil {
		f.Fatal(err)
	}
	good := bytes.Clone(d.sealed)
	f.Add(good, -1, byte(0))
	f.Add(good[:len(good)-1], -1, byte(0))
	f.Add([]byte(binary), 3, byte(1))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n---\n"), -1, byte(0))
	f.Fuzz(func(t *testing.T, sealed []byte, at int, flip byte) {
		if at >= 0 { // and a whole one with a byte that differs
			sealed = bytes.Clone(good)
			sealed[at%len(sealed)] ^= flip
		}
		d := &drawer{sealed: sealed, identity: identity}
		got, err := New(d, d).Read(t.Context(), "a")
		if err == nil && string(got) != text {
			t.Errorf("opened: %q", got)
		}
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); err != nil && (!ok || symptom.Facts["file"] != "the-file" || strings.Contains(err.Error(), "1//sealed")) {
			t.Errorf("Read = %v", err)
		}
	})
}

// The text of an identity is taken or refused, and never told.
func FuzzIdentity(f *testing.F) {
	identity, err := Generate()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(identity)
	f.Add([]byte("AGE-SECRET-KEY-1QQQQ\n"))
	f.Add([]byte("# a comment\n\nAGE-PLUGIN-YUBIKEY-1Q\n"))
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_ = Locked(text)
		d := &drawer{identity: text}
		k := New(d, d)
		if err := k.Write(t.Context(), "a", []byte("kept")); err != nil {
			if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Facts["identity"] != "the-identity" || symptom.Err != nil {
				t.Errorf("Write = %v", err)
			}
			return
		}
		if got, err := k.Read(t.Context(), "a"); err != nil || string(got) != "kept" {
			t.Errorf("Read of what was sealed to an identity = %q, %v", got, err)
		}
	})
}
