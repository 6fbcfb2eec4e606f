package main

import (
	"context"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// agePassphrase holds the passphrase of an age identity; its _FILE form names a file.
const agePassphrase = "GMAILOAUTH_AGE_PASSPHRASE"

// passphrase gives what unlocks an age identity: the variable, else what a
// person types.
func (a *app) passphrase(ctx context.Context, identity string) (secret.Text, error) {
	text, err := store.EnvSecret(a.lookupEnv, agePassphrase)
	if err == nil && text.IsZero() && a.interactive() {
		_, _ = a.term.Err.Write([]byte(a.words().Say("stores.passphrase", "file", identity) + " "))
		var typed string
		typed, err = a.term.ReadSecret(ctx)
		_, _ = a.term.Err.Write([]byte("\n"))
		text = secret.New(typed)
	}
	if err == nil && text.IsZero() {
		err = &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-identity-locked", Facts: map[string]string{"identity": identity}}
	}
	a.hide.Hide(text)
	return text, err
}

// storeOptions are what a store may need of the outside world. token never
// unlocks an identity: mail programs ask for it many times an hour.
func (a *app) storeOptions(paths store.Paths) store.Options {
	options := store.Options{Paths: paths, Env: a.lookupEnv, Now: a.now, Hide: a.hide.Hide, Made: a.identityMade}
	if a.unlocks {
		options.Passphrase = a.passphrase
	}
	return options
}

func (a *app) identityMade(file string) {
	a.note(a.words().Say("stores.identity-made", "file", file))
}
