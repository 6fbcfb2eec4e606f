package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"gmailoauth/internal/secret"
	"gmailoauth/internal/store/agefile"
	"gmailoauth/internal/store/keyring"
)

// keyringIdentity is an age identity in the keyring of the operating system.
type keyringIdentity struct {
	keeper  *keyring.Keeper
	options Options
}

// identityItem is its name in the drawer of identities.
const identityItem = "identity"

// Where is that of [agefile.Keys].
func (k *keyringIdentity) Where() string { return Age + ":" + Keyring }

// Get is that of [agefile.Keys].
func (k *keyringIdentity) Get(ctx context.Context) ([]byte, error) {
	text, err := k.keeper.Read(ctx, identityItem)
	k.options.hideIdentity(text)
	return text, err
}

// Make is that of [agefile.Keys].
func (k *keyringIdentity) Make(ctx context.Context) ([]byte, error) {
	return k.options.makeIdentity(ctx, k, func(text []byte) error { return k.keeper.Write(ctx, identityItem, text) })
}

// makeIdentity gives the identity of keys, and makes one if there is none: one,
// however many processes want it.
func (o Options) makeIdentity(ctx context.Context, keys agefile.Keys, keep func([]byte) error) ([]byte, error) {
	text, err := keys.Get(ctx)
	if !isMissing(err) {
		return text, err
	}
	sum := sha256.Sum256([]byte(keys.Where()))
	release, err := writing(ctx, o.Paths.Locks(), "age-identity-"+hex.EncodeToString(sum[:8]), "")
	if err != nil {
		return nil, err
	}
	defer release()
	if text, err = keys.Get(ctx); !isMissing(err) {
		return text, err // another process was quicker
	}
	if text, err = agefile.Generate(); err != nil {
		return nil, err
	}
	o.hideIdentity(text)
	if err := keep(text); err != nil {
		return nil, err
	}
	if o.Made != nil {
		o.Made(keys.Where())
	}
	return text, nil
}

// hideIdentity tells an identity to be hidden from all that is shown.
func (o Options) hideIdentity(text []byte) {
	if o.Hide == nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			o.Hide(secret.New(strings.TrimSpace(line)))
		}
	}
}
