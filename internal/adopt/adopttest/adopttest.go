// Package adopttest writes token files that other helpers write in a form that
// nobody writes by hand, for tests.
package adopttest

import (
	"crypto/cipher"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"
)

// Account is one of pizauth's: what its settings say, and what Google gave.
type Account struct {
	Name, LoginHint, ClientID, ClientSecret, Scope, TokenURI string
	Active                                                   bool // somebody has consented
	RefreshToken                                             string
}

// Seal is how a dump is closed. The key stands in pizauth's source.
func Seal() cipher.AEAD {
	const key = "\x66\xa2\x47\xa8\x5e\x48\xcf\xec\xaa\xed\x9b\x36\xeb\xa9\x7d\x53\x50\xd4\x28\x63\x75\x09\x7a\x44\xee\xff\xb9\xc4\x54\x6b\x65\xa3"
	aead, err := chacha20poly1305.New([]byte(key))
	if err != nil {
		panic(err) // the key has the right length
	}
	return aead
}

// Dump is what pizauth dump writes, field by field as AccountDump and
// TokenStateDump stand in bincode.
// Source: ltratt/pizauth src/server/state.rs, src/config.rs at 8d38f95;
// anza-xyz/wincode src/schema/impls.rs at c8f5e92 (seen 2026-11-21).
func Dump(version uint64, accounts ...Account) []byte {
	var e encoder
	e.number(version)
	e.number(uint64(len(accounts)))
	for _, a := range accounts {
		e.text(a.Name)
		e.text("https://accounts.example.com/auth")
		if a.LoginHint == "" {
			e.number(0)
		} else {
			e.number(2)
			e.text("access_type", "offline", "login_hint", a.LoginHint)
		}
		e.text(a.ClientID)
		e.optional(a.ClientSecret)
		e.text("http://localhost/")
		e.number(1)
		e.text(a.Scope, a.TokenURI)
		if !a.Active {
			e.short(0)
			continue
		}
		e.short(1)
		e.text("an access token")
		e.moment()
		e.moment()
		e.optional(a.RefreshToken)
	}
	aead := Seal()
	nonce := make([]byte, aead.NonceSize())
	return aead.Seal(nonce, nonce, e, nil)
}

// encoder writes bincode.
type encoder []byte

func (e *encoder) number(n uint64) { *e = binary.LittleEndian.AppendUint64(*e, n) }
func (e *encoder) short(n uint32)  { *e = binary.LittleEndian.AppendUint32(*e, n) }

// moment is seconds and nanoseconds since 1970.
func (e *encoder) moment() { e.number(1795258699); e.short(550_000_000) }

func (e *encoder) text(texts ...string) {
	for _, s := range texts {
		e.number(uint64(len(s)))
		*e = append(*e, s...)
	}
}

func (e *encoder) optional(s string) {
	if s == "" {
		*e = append(*e, 0)
		return
	}
	*e = append(*e, 1)
	e.text(s)
}
