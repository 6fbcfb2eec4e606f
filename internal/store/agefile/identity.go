package agefile

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// Generate makes the text of a new identity, as age-keygen writes it.
func Generate() ([]byte, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtBug, Code: "age-not-made", Err: err}
	}
	return []byte("# public key: " + identity.Recipient().String() + "\n" + identity.String() + "\n"), nil
}

// parse reads native identities, X25519 and hybrid ones. What the library says
// of a text that is none is left out: it may quote from it.
func parse(text []byte, where string) ([]age.Identity, error) {
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	if err == nil && recipient(identities[0]) == nil {
		err = errors.New("a kind of identity that is not known")
	}
	if err != nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-no-identity", Facts: map[string]string{"identity": where}}
	}
	return identities, nil
}

func recipient(identity age.Identity) age.Recipient {
	switch identity := identity.(type) {
	case *age.X25519Identity:
		return identity.Recipient()
	case *age.HybridIdentity:
		return identity.Recipient()
	}
	return nil
}

func noIdentity(where string, err error) error {
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-identity-missing", Err: err, Facts: map[string]string{"identity": where}}
}

// binary is how a file begins that age wrote without armor.
const binary = "age-encryption.org/v1\n"

// Locked reports whether the text of an identity file is itself sealed, with a
// passphrase as a rule.
func Locked(text []byte) bool {
	return bytes.HasPrefix(text, []byte(binary)) || bytes.HasPrefix(bytes.TrimSpace(text), []byte(armor.Header))
}

// Unlock opens the text of an identity file with its passphrase. That takes
// most of a second, and a quarter of a gigabyte, on purpose: it is slow for
// whoever guesses, too.
func Unlock(text []byte, passphrase secret.Text, where string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil { // an empty one
		return nil, wrongPassphrase(where, err)
	}
	var sealed io.Reader = bytes.NewReader(text)
	if !bytes.HasPrefix(text, []byte(binary)) {
		sealed = armor.NewReader(bufio.NewReader(bytes.NewReader(bytes.TrimSpace(text))))
	}
	reader, err := age.Decrypt(sealed, identity)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, wrongPassphrase(where, err)
	}
	var opened []byte
	if err == nil {
		opened, err = io.ReadAll(io.LimitReader(reader, limit))
	}
	if err != nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-damaged", Err: err, Facts: map[string]string{"file": where}}
	}
	return opened, nil
}

func wrongPassphrase(where string, err error) error {
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "age-wrong-passphrase", Err: err, Facts: map[string]string{"identity": where}}
}
