package authserver

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
)

// Google's shapes, so that whoever knows them by sight (a redactor, a form that
// checks its input) sees what it will see at Google: google.md 3.2.

// Kinds of secrets that are made here.
const (
	AccessToken  = "access_token"  // about 220 characters
	RefreshToken = "refresh_token" // about 100
	Code         = "code"          // 73
	ClientSecret = "client_secret" // 35
)

func googleShape(kind string) string {
	switch kind {
	case AccessToken:
		return "ya29.a0" + random(160)
	case RefreshToken:
		return "1//0" + random(72)
	case Code:
		return "4/0A" + random(52)
	}
	return "GOCSPX-" + random(21)
}

// newClientID is <project number>-<32 letters and digits>.apps.googleusercontent.com.
func newClientID(project string) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	var tail strings.Builder
	for range 32 {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // crypto/rand does not fail
		}
		tail.WriteByte(alphabet[n.Int64()])
	}
	return projectNumber(project) + "-" + tail.String() + ".apps.googleusercontent.com"
}

// projectNumber is a number of twelve digits that belongs to a project ID.
func projectNumber(project string) string {
	sum := sha256.Sum256([]byte("project " + project))
	return fmt.Sprintf("%012d", 100_000_000_000+binary.BigEndian.Uint64(sum[:])%900_000_000_000)
}

// subject is the number, of 21 digits, under which Google knows an account.
func subject(email string) string {
	sum := sha256.Sum256([]byte("account " + email))
	return fmt.Sprintf("1%020d", binary.BigEndian.Uint64(sum[:]))
}

func random(bytes int) string {
	text := make([]byte, bytes)
	_, _ = rand.Read(text) // never fails: crypto/rand
	return base64.RawURLEncoding.EncodeToString(text)
}
