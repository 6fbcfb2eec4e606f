package adopt

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20poly1305"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

// What pizauth dump writes: twelve bytes of nonce, then ChaCha20-Poly1305 under
// a key that stands in its source and keeps the tokens from the eyes of grep,
// not from anybody's. The text is bincode: integers little-endian, lengths of
// eight bytes, a variant of four. It is the same for all of its versions 1.
// Source: ltratt/pizauth src/server/state.rs and src/config.rs at 8d38f95 (seen 2026-11-21).
const (
	pizauth        = "pizauth"
	pizauthKey     = "\x66\xa2\x47\xa8\x5e\x48\xcf\xec\xaa\xed\x9b\x36\xeb\xa9\x7d\x53\x50\xd4\x28\x63\x75\x09\x7a\x44\xee\xff\xb9\xc4\x54\x6b\x65\xa3"
	pizauthVersion = 1
)

// opened gives the text of a dump; not ok if it is none.
func opened(dump []byte) (text []byte, ok bool) {
	aead, err := chacha20poly1305.New([]byte(pizauthKey))
	if err != nil || len(dump) < aead.NonceSize()+aead.Overhead() {
		return nil, false
	}
	text, err = aead.Open(nil, dump[:aead.NonceSize()], dump[aead.NonceSize():], nil)
	return text, err == nil
}

// dumped gives the accounts of a dump that have a refresh token of Google's.
func (f file) dumped(text []byte) ([]Found, error) {
	d := &decoder{rest: text}
	if version := d.number(); version != pizauthVersion {
		return nil, f.refuse("import-unknown", "kind", pizauth)
	}
	var found []Found
	var skipped error
	for range d.length() {
		one, err := f.dumpedAccount(d)
		switch {
		case d.failed != nil:
			return nil, f.refuse("import-unknown", "kind", pizauth)
		case err != nil:
			skipped = err // of another provider, or not authorized: one of several
		default:
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b Found) int { return strings.Compare(a.Account, b.Account) })
	switch {
	case d.failed != nil:
		return nil, f.refuse("import-unknown", "kind", pizauth)
	case len(found) > 0:
		return found, nil
	case skipped != nil:
		return nil, skipped
	}
	return nil, f.refuse("import-no-refresh-token", "key", "refresh_token", "helper", pizauth)
}

// dumpedAccount reads a name, AccountDump and TokenStateDump.
func (f file) dumpedAccount(d *decoder) (Found, error) {
	one := Found{Helper: pizauth, Account: mailbox(d.text())}
	d.text() // auth_uri
	for range d.length() {
		if key, value := d.text(), d.text(); key == "login_hint" && mailbox(value) != "" {
			one.Account = mailbox(value)
		}
	}
	one.Client = account.Client{ID: d.text(), Secret: secret.New(d.optional())}
	d.text() // redirect_uri
	for range d.length() {
		one.Scopes = append(one.Scopes, d.text())
	}
	endpoint := d.text()
	if d.variant() == 1 { // Active
		d.text() // access_token
		d.skip(2 * (8 + 4))
		one.Refresh = secret.New(d.optional())
	}
	if foreign := f.foreign("", endpoint, one.Scopes); foreign != "" {
		return one, f.refuse("import-other-provider", "provider", foreign, "helper", pizauth)
	}
	if one.Refresh.IsZero() {
		return one, f.refuse("import-no-refresh-token", "key", "refresh_token", "helper", pizauth)
	}
	return one, nil
}

// decoder reads bincode; once it has failed it gives zero values.
type decoder struct {
	rest   []byte
	failed error
}

var errDump = errors.New("not what a dump holds")

func (d *decoder) take(n uint64) []byte {
	if d.failed != nil || n > uint64(len(d.rest)) {
		d.failed = errDump
		return make([]byte, min(n, 8))
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) skip(n uint64)  { d.take(n) }
func (d *decoder) number() uint64 { return binary.LittleEndian.Uint64(d.take(8)) }

// length is that of a list, each of whose members has eight bytes at least.
func (d *decoder) length() uint64 {
	n := d.number()
	if n > uint64(len(d.rest))/8 {
		d.failed = errDump
		return 0
	}
	return n
}

func (d *decoder) text() string {
	text := d.take(d.number())
	if d.failed != nil || !utf8.Valid(text) {
		d.failed = errDump
		return ""
	}
	return string(text)
}

func (d *decoder) optional() string {
	switch d.take(1)[0] {
	case 0:
		return ""
	case 1:
		return d.text()
	}
	d.failed = errDump
	return ""
}

func (d *decoder) variant() uint32 {
	v := binary.LittleEndian.Uint32(d.take(4))
	if v > 1 {
		d.failed = errDump
	}
	return v
}
