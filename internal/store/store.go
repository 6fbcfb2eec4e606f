// Package store keeps accounts in files that may be read, and their secrets
// where the admin chose.
//
// Nothing is lost: a file is replaced by rename after it was written and synced,
// a renewed refresh token is stored before it is used, a file that cannot be
// read is named and left as it is. Callers in many processes may share a store.
package store

import (
	"context"
	"errors"

	"gmailoauth/internal/account"
)

// ErrNotFound is returned, wrapped, for an account that is not kept.
var ErrNotFound = errors.New("no such account")

// Paths are the folders that are ours, each made 0700 when first written to.
type Paths struct {
	Config string // accounts: what is not secret
	Data   string // secrets of the store "file", and the lock files
	State  string // how far a walk of setup has come
}

// Secrets keeps credentials by account. Get gives ErrNotFound for an account
// it does not have; every other error is a *diagnosis.Symptom. Lock excludes
// other processes from renewing the same account, waits until ctx ends, and
// then gives a Symptom; a Get or Put does not need it.
type Secrets interface {
	Get(ctx context.Context, email string) (account.Credentials, error)
	Put(ctx context.Context, email string, credentials account.Credentials) error
	Delete(ctx context.Context, email string) error
	Lock(ctx context.Context, email string) (release func(), err error)
}
