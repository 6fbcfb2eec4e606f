// Package first is what this program does first: it keeps its memory out of
// dumps, and answers a mail program that asks for a token that is kept, while
// nothing else of the program is set up yet. It is imported for that effect.
//
// Go sets packages up one by one, each as soon as those that it imports are, and
// of several that could be, the one whose path sorts first. This one imports
// little, so that it comes before network, TLS and the questions on the screen,
// which together take longer to be set up than the answer. See decision 0010;
// TestFirstComesFirst holds the order.
package first

import (
	"os"
	"time"

	"gmailoauth/internal/ahead"
)

// The initialiser of a package variable, since there is no other place to stand
// that comes before main.
var _ = begin()

// begin ends the process if it has answered. All else, and every failure, is
// told by main.
func begin() bool {
	noCores()
	if ahead.Token(os.Args[1:], os.Environ(), os.Getenv, time.Now, os.Stdout) {
		os.Exit(0)
	}
	return false
}
