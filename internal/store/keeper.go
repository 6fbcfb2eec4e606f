package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/layout"
)

// Keeper keeps texts by name: what a place for secrets has to be able to do.
// Each kind of store is one, in a room of its own below this one, and becomes
// [Secrets] here.
//
// A name is what [fileName] makes of an address: ASCII, at most 180 bytes, no
// separator of paths; it may begin with a hyphen. Read of what is not there is
// an error that wraps [fs.ErrNotExist]; every other error is a
// *diagnosis.Symptom, whatever it wraps, and none shows the text. Write puts the whole in the place
// of what was there, and what was there stays if it fails. Remove of what is
// not there is no error. Each may block until ctx ends, and bounds its own time
// where ctx does not: a renewed token is written with a context that never
// ends. Any goroutine may call.
type Keeper interface {
	Read(ctx context.Context, name string) ([]byte, error)
	Write(ctx context.Context, name string, text []byte) error
	Remove(ctx context.Context, name string) error
}

// filed is a Keeper whose texts are files on this machine.
type filed interface {
	File(name string) string
}

// keptSecrets are credentials as text with a Keeper.
type keptSecrets struct {
	keeper Keeper
	spec   string // for what is told of it: no secret may stand in it
	locks  string
	// unchecked: Put does not read before it writes. A Keeper that itself
	// refuses to replace what has changed since its Read wants that; others
	// would put new secrets over what they cannot read.
	unchecked bool
}

// Get is that of [Secrets].
func (s *keptSecrets) Get(ctx context.Context, email string) (account.Credentials, error) {
	if email == "" {
		return account.Credentials{}, notKept(email)
	}
	data, err := s.keeper.Read(ctx, fileName(email))
	if isMissing(err) {
		return account.Credentials{}, notKept(email)
	}
	if err != nil {
		return account.Credentials{}, err
	}
	where := s.where(email)
	var kept layout.Credentials
	err = decode(where, data, &kept)
	if err == nil && !same(kept.Account, email) {
		err = corruptKey(where, "account")
	}
	if err != nil {
		return account.Credentials{}, s.blamed(email, err)
	}
	return credentialsIn(kept), nil
}

// isMissing reports whether a Keeper has no text of that name. A Symptom says
// something else, such as that a key to it is missing.
func isMissing(err error) bool {
	_, refused := errors.AsType[*diagnosis.Symptom](err)
	return errors.Is(err, fs.ErrNotExist) && !refused
}

func notKept(email string) error { return fmt.Errorf("secrets of %s: %w", email, ErrNotFound) }

// Put is that of [Secrets].
func (s *keptSecrets) Put(ctx context.Context, email string, credentials account.Credentials) error {
	if email == "" {
		return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "no-email"}
	}
	release, err := s.writing(ctx, email)
	if err != nil {
		return err
	}
	defer release()
	if !s.unchecked {
		if _, err := s.Get(ctx, email); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	data, err := encode(credentialsFileOf(email, credentials))
	if err != nil {
		return err
	}
	return s.keeper.Write(ctx, fileName(email), data)
}

// Delete is that of [Secrets].
func (s *keptSecrets) Delete(ctx context.Context, email string) error {
	if email == "" {
		return nil
	}
	if on, ok := s.keeper.(filed); ok {
		if _, err := os.Lstat(on.File(fileName(email))); errors.Is(err, fs.ErrNotExist) {
			return nil // do not make folders to remove nothing
		}
	}
	release, err := s.writing(ctx, email)
	if err != nil {
		return err
	}
	defer release()
	err = s.keeper.Remove(ctx, fileName(email))
	if isMissing(err) {
		return nil
	}
	return err
}

// Lock is that of [Secrets]. Stores that share a folder of locks exclude each
// other, too: an account has one lock on this machine, wherever its secrets are.
func (s *keptSecrets) Lock(ctx context.Context, email string) (func(), error) {
	return lock(ctx, s.locks, fileName(email), email)
}

// writing excludes other writers of an account's text.
func (s *keptSecrets) writing(ctx context.Context, email string) (func(), error) {
	wait := writeWait
	if _, file := s.keeper.(filed); !file {
		wait = slowWait
	}
	return writingFor(ctx, wait, s.locks, "secrets-"+fileName(email), email)
}

// where names what is kept of an account, as far as a person can look it up.
func (s *keptSecrets) where(email string) string {
	if on, ok := s.keeper.(filed); ok {
		return on.File(fileName(email))
	}
	return s.spec
}

// blamed says of a text that is no file, and not ours, in which store it is.
func (s *keptSecrets) blamed(email string, err error) error {
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if _, file := s.keeper.(filed); file || !ok || symptom.Code != "corrupt-file" {
		return err
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "corrupt-secret", Text: symptom.Text, Err: err,
		Facts: map[string]string{"account": email, "store": s.spec, "key": symptom.Facts["key"], "line": symptom.Facts["line"]}}
}

// String shows neither keeper nor secret.
func (s *keptSecrets) String() string { return "store " + s.spec }

// GoString is String, for %#v.
func (s *keptSecrets) GoString() string { return s.String() }
