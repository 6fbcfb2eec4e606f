package main

import (
	"sync"

	"gmailoauth/internal/secret"
)

// learnt are the tokens that came through one store. The client's secret is not
// among them: other mailboxes have the same.
type learnt struct {
	mu     sync.Mutex
	tokens []secret.Text
}

func (l *learnt) add(tokens ...secret.Text) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tokens = append(l.tokens, tokens...)
}

func (l *learnt) take() []secret.Text {
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens := l.tokens
	l.tokens = nil
	return tokens
}

// forget ends the hiding of a mailbox's tokens once what was found is clean: of ten
// thousand they would take more memory than all else. A trace may still be
// written of it.
func (a *app) forget(s subject) {
	if own, ok := s.secrets.(hiding); ok && a.trace == nil {
		a.hide.Forget(own.seen.take()...)
	}
}
