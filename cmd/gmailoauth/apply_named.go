package main

import (
	"context"
	"errors"
	"maps"
	"sync"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// named are the files that a fleet's file names, and the service accounts without
// a key: each is read once, or asked for until it is known. Any goroutine may use it.
type named struct {
	mu       sync.Mutex
	clients  map[string]once[*account.Client]
	keys     map[string]once[account.ServiceKey]
	keyless  map[string]string // the numeric ID, by address
	useful   map[string]bool   // signers that have the key of a file, by signerName
	keptKeys map[string]bool   // the same, of keys that are kept by now
}

// once is what reading something has led to.
type once[T any] struct {
	value T
	err   error
}

// read reads under the lock of n, unless it was done before.
func read[T any](n *named, known *map[string]once[T], name string, how func() (T, error)) (T, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if *known == nil {
		*known = map[string]once[T]{}
	}
	got, done := (*known)[name]
	if !done {
		got.value, got.err = how()
		(*known)[name] = got
	}
	return got.value, got.err
}

// client reads the JSON of a client; nil if it cannot be read.
func (n *named) client(a *app, path string) (*account.Client, error) {
	return read(n, &n.clients, path, func() (*account.Client, error) {
		client, _, err := a.clientFromFlags(&clientFlags{file: path})
		if err != nil {
			return nil, ofKey("client", err)
		}
		return &client, nil
	})
}

// key reads a service account's key.
func (n *named) key(a *app, path string) (account.ServiceKey, error) {
	return read(n, &n.keys, path, func() (account.ServiceKey, error) {
		key, err := a.readServiceKey(path, &clientFlags{})
		return key, ofKey("service_account_file", err)
	})
}

// ofKey makes a refusal speak of the key that named a file, where it would speak
// of a flag.
func ofKey(key string, err error) error {
	refused, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || refused.Facts["flag"] == "" {
		return err
	}
	symptom := *refused
	symptom.Facts = maps.Clone(refused.Facts)
	symptom.Facts["flag"] = key
	return &symptom
}

// uniqueID asks Google for the numeric ID of a service account without a key.
func (n *named) uniqueID(ctx context.Context, a *app, email string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if id := n.keyless[email]; id != "" {
		return id, nil
	}
	console, err := a.signingConsole(ctx)
	if err != nil {
		return "", err
	}
	found, err := console.ServiceAccount(ctx, email)
	if err != nil {
		return "", err // and asked again: it may pass
	}
	if n.keyless == nil {
		n.keyless = map[string]string{}
	}
	n.keyless[email] = found.UniqueID
	return found.UniqueID, nil
}
