package oauth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// answer waits for the browser's answer, or a pasted one.
func (s *Server) answer(ctx context.Context, r Request, at loopback, state, verifier secret.Text) (code secret.Text, redirectURI string, err error) {
	at, sockets, err := listen(ctx, at)
	if err != nil {
		return secret.Text{}, "", err
	}
	want := expected{at: at, state: state, issuer: s.Provider.Issuer}
	texts := pages{words: r.Words, explain: func(symptom *diagnosis.Symptom) (string, string, string) {
		return r.Explain(r.with(symptom, at.uri))
	}}
	if r.Explain == nil {
		texts.explain = nil
	}
	l := &listener{at: at, accept: want.read, page: texts.of, stray: texts.stray()}
	l.serve(sockets)
	defer l.close()

	address := s.authorizationURL(r, at.uri, state, verifier)
	if r.Show != nil {
		r.Show(address, at.uri)
	}
	answer, err := wait(ctx, r, address, l.answer, want)
	switch {
	case err != nil:
		return secret.Text{}, "", asked(err, r, at.uri)
	case answer.symptom != nil:
		return secret.Text{}, "", asked(answer.symptom, r, at.uri)
	}
	return secret.New(answer.code), at.uri, nil
}

// wait opens the browser, and is the race between the listener and the pasted
// address.
func wait(ctx context.Context, r Request, address string, browser <-chan outcome, want expected) (outcome, error) {
	limit := r.Deadline
	if limit == 0 {
		limit = ConsentDeadline
	}
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	racing, stop := context.WithCancel(ctx)
	pasted := make(chan outcome, 1)
	var racers sync.WaitGroup
	defer func() { stop(); racers.Wait() }()
	racers.Go(func() { r.paste(racing, want, pasted) })
	if r.Browser != nil {
		racers.Go(func() { _ = r.Browser(racing, address) })
	}
	select {
	case answer := <-browser:
		return answer, nil
	case answer := <-pasted:
		return answer, nil
	case <-deadline.C:
		return outcome{}, &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Code: "no-answer",
			Facts: map[string]string{"seconds": strconv.Itoa(int(limit.Seconds()))}}
	case <-ctx.Done():
		return outcome{}, fmt.Errorf("wait for consent: %w", ctx.Err())
	}
}

// paste asks for lines until one is an answer.
func (r Request) paste(ctx context.Context, want expected, pasted chan<- outcome) {
	if r.Paste == nil {
		return
	}
	for ctx.Err() == nil {
		line, err := r.Paste(ctx)
		if err != nil || ctx.Err() != nil {
			return
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		answer, err := want.readPasted(line)
		if err == nil {
			pasted <- answer
			return
		}
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && r.Refused != nil {
			r.Refused(symptom)
		}
	}
}
