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
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store/keyring"
	"gmailoauth/internal/store/layout"
	"gmailoauth/internal/store/vault"
)

// ErrNotFound is returned, wrapped, for an account that is not kept.
var ErrNotFound = errors.New("no such account")

// Paths are the folders that are ours.
type Paths = layout.Paths

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
	File    = "file"    // the default; file:DIR for another folder
	Keyring = "keyring" // that of the operating system
	Age     = "age"     // age:IDENTITY, files sealed to an age identity; age:keyring
	Command = "command" // command:PROG, a program of the admin's
	Vault   = "vault"   // vault:MOUNT/PATH, Vault or OpenBao
	Env     = "env"     // read-only: variables
)

// specs are the forms of a spec.
const specs = "file, file:DIR, keyring, age:IDENTITY, command:PROG, vault:MOUNT/PATH, env"

// Options are what a store may need of the outside world.
type Options struct {
	Paths Paths
	Env   func(name string) (string, bool)
	Now   func() time.Time // for stores that count time; "file" and "env" do not
	// Hide is told of secrets that are read beside credentials. It may be nil.
	Hide func(...secret.Text)
	// Passphrase asks for the passphrase of an age identity; nil where it must
	// not be: unlocking one takes most of a second.
	Passphrase func(ctx context.Context, identity string) (secret.Text, error)
	// Made is told of an age identity that was made. It may be nil.
	Made func(identity string)
}

// Open gives the store that spec names, KIND[:WHERE]; an empty spec is "file".
// It touches neither disk nor network. A spec that it does not know is a
// Symptom.
func Open(spec string, options Options) (Secrets, error) {
	kind, where, _ := strings.Cut(spec, ":")
	switch {
	case spec == "", kind == File && where == "":
		dir := folder{options.Paths.Secrets(), true}
		return &keptSecrets{keeper: files{dir, layout.Suffix}, spec: File, locks: options.Paths.Locks()}, nil
	case kind == File:
		return openFolder(where, options.Paths)
	case kind == Age:
		return openAge(where, options)
	case kind == Command:
		return openCommand(where, options)
	case spec == Env:
		return newEnvSecrets(options.Env), nil
	case spec == Keyring:
		return &keptSecrets{keeper: keyring.New(keyring.Accounts, options.Env), spec: spec, locks: options.Paths.Locks()}, nil
	case kind == Vault:
		keeper, err := vault.New(where, options.Env, options.Hide)
		if err != nil {
			return nil, err
		}
		return &keptSecrets{keeper: keeper, spec: spec, locks: options.Paths.Locks(), unchecked: true}, nil
	}
	// The value is not repeated: it may be a secret that was meant for another flag.
	return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "unknown-store",
		Facts: map[string]string{"flag": "--store", "wanted": specs}}
}

// openFolder keeps lock files beside the secrets: who shares the folder may
// have another home. That of the accounts would have two files of each name.
func openFolder(where string, paths Paths) (Secrets, error) {
	dir, err := filepath.Abs(where)
	if err == nil && dir == paths.Accounts() {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "store-folder-taken",
			Facts: map[string]string{"flag": "--store", "file": dir}}
	}
	if err != nil || strings.HasPrefix(where, "~") { // the shell leaves a ~ after the colon as it is
		return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "store-folder", Err: err,
			Facts: map[string]string{"flag": "--store", "file": where}}
	}
	return &keptSecrets{keeper: files{folder{dir, false}, layout.Suffix}, spec: File + ":" + dir, locks: filepath.Join(dir, "locks")}, nil
}

// absolute makes what a spec says of this machine independent of where the
// program is started: what is kept is used from elsewhere.
func absolute(spec string) string {
	kind, where, _ := strings.Cut(spec, ":")
	if where == "" || strings.HasPrefix(where, "~") || spec == Age+":"+Keyring {
		return spec // the second is refused when it is opened
	}
	switch kind {
	case File, Age:
		if path, err := filepath.Abs(where); err == nil {
			return kind + ":" + path
		}
	case Command:
		return kind + ":" + absoluteCommand(where)
	}
	return spec
}
