// Package agefile seals texts to an age identity: whoever has the files alone
// has nothing. The format is that of age-encryption.org/v1, so the program age
// opens them, too.
package agefile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"

	"filippo.io/age"

	"gmailoauth/internal/diagnosis"
)

// Files are where the sealed texts are.
type Files interface {
	Read(ctx context.Context, name string) ([]byte, error)
	Write(ctx context.Context, name string, text []byte) error
	Remove(ctx context.Context, name string) error
	File(name string) string
}

// Keys gives the identities. Where names them for a person.
type Keys interface {
	// Get gives the text of an identity file; without one, an error that
	// wraps [fs.ErrNotExist].
	Get(ctx context.Context) ([]byte, error)
	// Make makes an identity if there is none, and gives what Get would.
	Make(ctx context.Context) ([]byte, error)
	Where() string
}

// Keeper seals what it writes to the first identity, and opens what any of them
// opens. Its errors are those of Files and Keys, and Symptoms of its own. Any
// goroutine may use it.
type Keeper struct {
	Files
	keys Keys
}

// New gives the Keeper of files under keys. It touches neither.
func New(files Files, keys Keys) *Keeper { return &Keeper{files, keys} }

// limit is far more than a sealed text of ours needs, in bytes.
const limit = 1 << 20

// Read gives the opened text. Where nothing is sealed yet, an identity that is
// there is looked at all the same: one that cannot be used is told before
// something has to be kept.
func (k *Keeper) Read(ctx context.Context, name string) ([]byte, error) {
	sealed, missing := k.Files.Read(ctx, name)
	if missing != nil && !errors.Is(missing, fs.ErrNotExist) {
		return nil, missing
	}
	text, err := k.keys.Get(ctx)
	if _, refused := errors.AsType[*diagnosis.Symptom](err); err != nil && !refused {
		if missing != nil {
			return nil, missing
		}
		return nil, noIdentity(k.keys.Where(), err)
	}
	if err != nil {
		return nil, err
	}
	identities, err := parse(text, k.keys.Where())
	if err != nil {
		return nil, err
	}
	if missing != nil {
		return nil, missing
	}
	return k.open(sealed, k.File(name), identities)
}

func (k *Keeper) open(sealed []byte, file string, identities []age.Identity) ([]byte, error) {
	reader, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-other-identity", Err: err,
			Facts: map[string]string{"file": file, "identity": k.keys.Where()}}
	}
	var text []byte
	if err == nil { // a file that was cut off is noticed at its end alone
		text, err = io.ReadAll(io.LimitReader(reader, limit))
	}
	if err != nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-damaged", Err: err, Facts: map[string]string{"file": file}}
	}
	return text, nil
}

// Write seals text in the place of what was there.
func (k *Keeper) Write(ctx context.Context, name string, text []byte) error {
	keys, err := k.keys.Make(ctx)
	if err != nil {
		return err
	}
	identities, err := parse(keys, k.keys.Where())
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	writer, err := age.Encrypt(&sealed, recipient(identities[0]))
	if err == nil {
		_, err = writer.Write(text)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return &diagnosis.Symptom{Where: diagnosis.AtBug, Code: "age-not-sealed", Err: err}
	}
	return k.Files.Write(ctx, name, sealed.Bytes())
}
