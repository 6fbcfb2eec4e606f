package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// fileName is a name that every file system takes, and that a person
// recognises, for an address: lower case, other bytes than the usual ones
// percent-encoded, and cut with a hash where it would be too long (255 bytes
// is the limit of most file systems; ours add a few).
func fileName(email string) string {
	var b strings.Builder
	for i, c := range []byte(strings.ToLower(email)) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '@', c == '_', c == '-', c == '+', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			_, _ = fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	name := b.String()
	if len(name) > 180 {
		sum := sha256.Sum256([]byte(strings.ToLower(email)))
		name = name[:120] + "%" + hex.EncodeToString(sum[:16])
	}
	return name
}

// same reports whether two addresses are of one account.
func same(a, b string) bool { return strings.EqualFold(a, b) }
