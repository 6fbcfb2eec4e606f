package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/agefile"
	"gmailoauth/internal/store/keyring"
)

// openAge keeps secrets sealed to the age identity at where. Each identity has
// a folder of sealed files of its own, so that accounts can move from one to
// another.
func openAge(where string, options Options) (Secrets, error) {
	if where == Keyring { // a file of that name is ./keyring
		return sealed(Keyring, &keyringIdentity{keyring.New(keyring.Identities, options.Env), options}, Age+":"+Keyring, options), nil
	}
	file, err := filepath.Abs(where)
	if where == "" || err != nil || strings.HasPrefix(where, "~") { // the shell leaves a ~ after the colon as it is
		return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "store-folder", Err: err,
			Facts: map[string]string{"flag": "--store", "file": where}}
	}
	sum := sha256.Sum256([]byte(file))
	name := fileName(filepath.Base(file)) + "-" + hex.EncodeToString(sum[:4])
	return sealed(name, &identityFile{file: file, options: options}, Age+":"+file, options), nil
}

func sealed(name string, keys agefile.Keys, spec string, options Options) Secrets {
	dir := folder{filepath.Join(options.Paths.Data, "age", name), true}
	return &keptSecrets{keeper: agefile.New(files{dir, ".age"}, keys), spec: spec, locks: options.Paths.Locks()}
}

// identityFile is an age identity in a file that nobody else may read.
type identityFile struct {
	file    string
	options Options

	mu   sync.Mutex
	open []byte // what a passphrase unlocked
}

// Where is that of [agefile.Keys].
func (k *identityFile) Where() string { return k.file }

// Get is that of [agefile.Keys]. A file that is not there in a folder that is
// not there either is told: what it is on may have to be mounted.
func (k *identityFile) Get(ctx context.Context) ([]byte, error) {
	text, err := readOwn(k.file, true)
	if errors.Is(err, fs.ErrNotExist) {
		if _, gone := os.Stat(filepath.Dir(k.file)); gone != nil && !k.ours().ours {
			return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-identity-missing", Err: gone, Facts: map[string]string{"identity": k.file}}
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if agefile.Locked(text) {
		text, err = k.unlock(ctx, text)
	}
	k.options.hideIdentity(text)
	return text, err
}

// ours is the folder of the identity.
func (k *identityFile) ours() folder {
	dir := filepath.Dir(k.file)
	return folder{dir, dir == k.options.Paths.Config || dir == k.options.Paths.Data}
}

// Make is that of [agefile.Keys].
func (k *identityFile) Make(ctx context.Context) ([]byte, error) {
	return k.options.makeIdentity(ctx, k, func(text []byte) error { return replaceOwn(k.ours(), k.file, text) })
}

// unlock gives what the passphrase of a locked identity opens. It is asked for
// once: what was unlocked is kept where it ends with the session, if there is
// such a place.
func (k *identityFile) unlock(ctx context.Context, locked []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open != nil {
		return k.open, nil
	}
	sum := sha256.Sum256(locked)
	session := folder{k.options.Paths.Runtime, true}
	copied := filepath.Join(session.path, "age-"+hex.EncodeToString(sum[:8]))
	if session.path != "" {
		text, err := readOwn(copied, true)
		if !errors.Is(err, fs.ErrNotExist) {
			k.open = text
			return text, err
		}
	}
	if k.options.Passphrase == nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-identity-locked", Facts: map[string]string{"identity": k.file}}
	}
	passphrase, err := k.options.Passphrase(ctx, k.file)
	if err != nil {
		return nil, err
	}
	text, err := agefile.Unlock(locked, passphrase, k.file)
	if err != nil {
		return nil, err
	}
	k.options.hideIdentity(text)
	k.open = text
	if session.path != "" {
		return text, replaceOwn(session, copied, text)
	}
	return text, nil
}
