// Package ahead answers the question that mail programs ask, and wait for at
// each login: token EMAIL, where a token that is fresh is kept in a file. It
// depends on so little that it can answer before the packages that the rest of
// the program needs are set up, which takes longer than the answer. So it does
// without strings and encoding/json, which come after most of them.
//
// It only ever answers what the command token would, and explains nothing: with
// any doubt it has no answer, and the command finds out why.
package ahead

import (
	"io"
	"time"

	"gmailoauth/internal/store/layout"
)

// Validity is how long a token lives at least that is handed out without being
// renewed, where --min-validity does not say.
const Validity = 5 * time.Minute

// clocksDiffer is that of account.Token.FreshFor: a test holds the two equal.
const clocksDiffer = time.Minute

// variables begin with this. Each may change the answer, or name an account
// that is nowhere on disk.
const variables = "gmailoauth_"

// Token prints the token that args ask for, and reports whether it did. It
// reads two files, takes no lock, and waits for nobody. environ and env are as
// [os.Environ] and [os.Getenv] give them. If out fails, the answer has not been
// given.
func Token(args, environ []string, env func(string) string, now func() time.Time, out io.Writer) bool {
	if len(args) != 2 || args[0] != "token" || !plain(args[1]) {
		return false
	}
	for _, pair := range environ { // Windows does not tell variables apart by case
		if len(pair) >= len(variables) && lower(pair[:len(variables)]) == variables {
			return false
		}
	}
	paths, ok := layout.Folders(env)
	if !ok {
		return false
	}
	kept, ok := credentials(paths, lower(args[1]))
	if !ok || !fresh(kept, now()) {
		return false
	}
	_, err := io.WriteString(out, kept.AccessToken+"\n")
	return err == nil
}

// credentials are those of an account whose secrets are in a file of its own.
func credentials(paths layout.Paths, email string) (kept layout.Credentials, ok bool) {
	name, fits := layout.Name(email)
	if !fits {
		return kept, false
	}
	name += layout.Suffix
	data, err := layout.Read(layout.Join(paths.Accounts(), name), false)
	if err != nil {
		return kept, false
	}
	account, ok := readAccount(data)
	if !ok || lower(account.Account) != email {
		return kept, false
	}
	folder, ok := folderOf(account.Store, paths)
	if !ok {
		return kept, false
	}
	if data, err = layout.Read(layout.Join(folder, name), true); err != nil {
		return kept, false
	}
	kept, ok = readCredentials(data)
	return kept, ok && lower(kept.Account) == email
}

// folderOf is where the store file keeps secrets, and file:DIR; other stores may
// have to be waited for.
func folderOf(spec string, paths layout.Paths) (folder string, ok bool) {
	const kind = "file:"
	switch {
	case spec == "" || spec == "file" || spec == kind:
		return paths.Secrets(), true
	case len(spec) > len(kind) && spec[:len(kind)] == kind:
		return spec[len(kind):], layout.IsAbs(spec[len(kind):])
	}
	return "", false
}

// fresh is account.Token.FreshFor.
func fresh(kept layout.Credentials, now time.Time) bool {
	return kept.AccessToken != "" && kept.ExpiresAt.Sub(now) > Validity && !now.Add(clocksDiffer).Before(kept.IssuedAt)
}
