// Package keyring keeps texts in the keyring of the operating system: the
// Secret Service of a Linux desktop (GNOME Keyring, KWallet, KeePassXC), the
// Keychain of macOS, the Credential Manager of Windows.
//
// A keyring may be absent, locked, or wait for a person who is not there. Each
// call is bounded in time, what was written is read back, and nothing is ever
// kept elsewhere instead: a keyring that does not do is told, and the choice of
// another store is the admin's.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/zalando/go-keyring"

	"gmailoauth/internal/diagnosis"
)

// The drawers of ours in a keyring: an item is known by its drawer and its name.
const (
	Accounts   = "gmailoauth"              // credentials, an item for each account
	Identities = "gmailoauth age identity" // what the store "age" decrypts with
)

// Patience bounds one call where its context does not. A keyring that is
// unlocked answers in milliseconds; a locked one may show a window that asks
// for its password, and goes on when that was typed.
const Patience = 15 * time.Second

// Keeper is one drawer. It is made by [New]. Any goroutine may use it, and any
// number of processes.
type Keeper struct {
	drawer    string
	reachable func() bool // whether there is a session in which a keyring can be asked
	turn      chan struct{}
}

// New gives a drawer: [Accounts] or [Identities]. Nothing is asked yet. env is
// the environment of the process.
func New(drawer string, env func(string) (string, bool)) *Keeper {
	return &Keeper{drawer: drawer, reachable: func() bool { return hasSession(env) }, turn: make(chan struct{}, 1)}
}

// Read gives a text: an error that wraps [fs.ErrNotExist] where there is none,
// else a *diagnosis.Symptom. It gives up when ctx ends, after [Patience] at the
// latest.
func (k *Keeper) Read(ctx context.Context, name string) ([]byte, error) {
	text, err := k.ask(ctx, func() (string, error) { return keyring.Get(k.drawer, name) })
	if err != nil {
		return nil, err
	}
	return []byte(text), nil
}

// Write puts a text in the place of the one that was there, and reads it back.
// Windows takes 2560 bytes, macOS about 2900. After an error because of time it
// is not known whether the text was kept.
func (k *Keeper) Write(ctx context.Context, name string, text []byte) error {
	kept, err := k.ask(ctx, func() (string, error) {
		if err := keyring.Set(k.drawer, name, string(text)); err != nil {
			return "", err
		}
		return keyring.Get(k.drawer, name)
	})
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && kept != string(text):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "keyring-not-kept"}
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "keyring-too-big", Err: err,
			Facts: map[string]string{"bytes": fmt.Sprint(len(text))}}
	}
	return err
}

// Remove forgets a text. None there is no error.
func (k *Keeper) Remove(ctx context.Context, name string) error {
	_, err := k.ask(ctx, func() (string, error) { return "", keyring.Delete(k.drawer, name) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

type answer struct {
	text string
	err  error
}

// ask does one thing with the keyring, one at a time: the library gives the
// answer of a window to all who wait for one. A keyring that never answers keeps
// its goroutine until the process ends, since the library cannot be called off.
func (k *Keeper) ask(ctx context.Context, do func() (string, error)) (string, error) {
	if !k.reachable() {
		return "", &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "keyring-no-session"}
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if ctx.Err() != nil {
		return "", silent(ctx)
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return "", silent(ctx)
	}
	answered := make(chan answer, 1)
	go func() {
		defer func() { <-k.turn }()
		text, err := do()
		answered <- answer{text, err}
	}()
	select {
	case got := <-answered:
		return got.text, refusal(got.err)
	case <-ctx.Done():
		return "", silent(ctx)
	}
}
