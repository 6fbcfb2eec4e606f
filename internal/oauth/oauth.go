// Package oauth gets, renews and withdraws tokens, and asks Google what it
// thinks of a client or a token. It keeps nothing: what it gets it returns.
//
// Every refusal is a *diagnosis.Symptom with the server's own words, from which
// every secret that we sent is taken out. Nothing is sent twice: a code is good
// once, and a refused secret does not get better.
package oauth

import (
	"net/http"
	"time"

	"gmailoauth/internal/google"
)

// Server is the authorization server that answers us: Google, or what a
// provider file says. Any goroutine may use it. HTTP needs no timeout of its
// own: the context of each call bounds it.
type Server struct {
	HTTP     *http.Client
	Provider google.Provider
	Now      func() time.Time
}
