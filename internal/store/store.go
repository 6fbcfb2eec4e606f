// Package store keeps accounts in files that may be read, and their secrets
// where the admin chose.
//
// Nothing is lost: a file is replaced by rename after it was written and synced,
// a renewed refresh token is stored before it is used, a file that cannot be
// read is named and left as it is. Callers in many processes may share a store.
// Addresses are compared without regard to case.
package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/keyring"
	"gmailoauth/internal/store/vault"
)

// ErrNotFound is returned, wrapped, for an account that is not kept.
var ErrNotFound = errors.New("no such account")

// Paths are the folders that are ours, each made 0700 when first written to.
type Paths struct {
	Config string // accounts: what is not secret
	Data   string // secrets of the store "file", and the lock files
	State  string // how far a walk of setup has come
}

func (p Paths) locks() string { return filepath.Join(p.Data, "locks") }

// Secrets keeps credentials by account. Get gives ErrNotFound for an account
// it does not have; every other error is a *diagnosis.Symptom. Lock excludes
// other processes from renewing the same account, waits until ctx ends, and
// then gives a Symptom; a Get or Put does not need it. Delete of an account
// that is not there is no error. The token's ID token is not kept.
type Secrets interface {
	Get(ctx context.Context, email string) (account.Credentials, error)
	Put(ctx context.Context, email string, credentials account.Credentials) error
	Delete(ctx context.Context, email string) error
	Lock(ctx context.Context, email string) (release func(), err error)
}

// Kinds of stores, the part of a spec before the colon.
const (
	File = "file" // the default; file:DIR for another folder
	Env  = "env"  // read-only: variables

	Keyring = "keyring" // that of the operating system
	Vault   = "vault"   // vault:MOUNT/PATH, Vault or OpenBao
)

// later are kinds that are promised, and not there yet.
var later = [...]string{"age", "command"}

// Options are what a store may need of the outside world.
type Options struct {
	Paths Paths
	Env   func(name string) (string, bool)
	Now   func() time.Time // for stores that count time; "file" and "env" do not
}

// Open gives the store that spec names, KIND[:WHERE]; an empty spec is "file".
// It touches neither disk nor network. A spec that it does not know is a
// Symptom.
func Open(spec string, options Options) (Secrets, error) {
	kind, where, _ := strings.Cut(spec, ":")
	switch {
	case spec == "", kind == File && where == "":
		dir := folder{filepath.Join(options.Paths.Data, "secrets"), true}
		return &keptSecrets{keeper: files{dir, ".json"}, spec: File, locks: options.Paths.locks()}, nil
	case kind == File:
		return openFolder(where)
	case spec == Env:
		return newEnvSecrets(options.Env), nil
	case spec == Keyring:
		return &keptSecrets{keeper: keyring.New(keyring.Accounts, options.Env), spec: spec, locks: options.Paths.locks()}, nil
	case kind == Vault:
		keeper, err := vault.New(where, options.Env)
		if err != nil {
			return nil, err
		}
		return &keptSecrets{keeper: keeper, spec: spec, locks: options.Paths.locks(), unchecked: true}, nil
	}
	for _, name := range later {
		if kind == name {
			return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "store-not-yet",
				Facts: map[string]string{"flag": "--store", "kind": kind, "wanted": "file, file:DIR, keyring, vault:MOUNT/PATH, env"}}
		}
	}
	// The value is not repeated: it may be a secret that was meant for another flag.
	return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "unknown-store",
		Facts: map[string]string{"flag": "--store", "wanted": "file, file:DIR, keyring, vault:MOUNT/PATH, env"}}
}

// openFolder keeps lock files beside the secrets: who shares the folder may
// have another home.
func openFolder(where string) (Secrets, error) {
	dir, err := filepath.Abs(where)
	if err != nil || strings.HasPrefix(where, "~") { // the shell leaves a ~ after the colon as it is
		return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "store-folder", Err: err,
			Facts: map[string]string{"flag": "--store", "file": where}}
	}
	return &keptSecrets{keeper: files{folder{dir, false}, ".json"}, spec: File + ":" + dir, locks: filepath.Join(dir, "locks")}, nil
}

// absolute makes the folder of a spec independent of where the program is
// started: what is kept is used from elsewhere.
func absolute(spec string) string {
	where, ok := strings.CutPrefix(spec, File+":")
	if !ok || where == "" {
		return spec
	}
	dir, err := filepath.Abs(where)
	if err != nil {
		return spec
	}
	return File + ":" + dir
}
