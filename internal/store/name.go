package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"gmailoauth/internal/store/layout"
)

// fileName is a name that every file system takes, and that a person
// recognises, for an address: cut with a hash where it would be too long.
func fileName(email string) string {
	lower := strings.ToLower(email)
	name, fits := layout.Name(lower)
	if !fits {
		sum := sha256.Sum256([]byte(lower))
		name = name[:120] + "%" + hex.EncodeToString(sum[:16])
	}
	return name
}

// same reports whether two addresses are of one account.
func same(a, b string) bool { return strings.EqualFold(a, b) }
