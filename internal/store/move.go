package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// Move carries the secrets of an account to the store that spec names, and
// gives the store they came from; moved is false if they were there already.
//
// At every moment the account's file names a store that has them: they are
// written to the new one and read back, then the file is changed, then they are
// deleted in the old one. A move that was cut short leaves a copy too many at
// most; the file names that store, too, and the next call of whatever aim
// deletes it there. Meanwhile nobody renews the account's token; the wait for
// that ends with ctx.
//
// What cannot be deleted is a Symptom, also although the account has moved. Two
// specs that lead to one place are noticed: nothing is deleted then.
//
// The key of a service account goes before the first account that it opens, and
// leaves the old store after the last one.
func (a *Accounts) Move(ctx context.Context, email, spec string, options Options) (from string, moved bool, err error) {
	m := move{accounts: a, options: options, held: map[string]func(){}}
	defer m.release()
	if err := m.lock(ctx, a.locks, email); err != nil {
		return "", false, err
	}
	if m.acct, err = a.Get(email); err != nil {
		return "", false, err
	}
	m.from, m.to = storeOf(m.acct.Store), storeOf(spec)
	if m.new, err = m.open(ctx, m.to); err != nil {
		return m.from, false, err
	}
	if m.from == m.to {
		return m.from, false, m.leaveBehind(ctx)
	}
	old, err := m.open(ctx, m.from)
	if err != nil {
		return m.from, false, err
	}
	if err := m.carry(ctx, old); err != nil {
		return m.from, false, err
	}
	return m.from, true, m.leaveBehind(ctx)
}

// storeOf is the one way in which we write a spec.
func storeOf(spec string) string {
	if spec == "" {
		return File
	}
	return absolute(spec)
}

// move is one account on its way.
type move struct {
	accounts *Accounts
	acct     account.Account
	options  Options
	from, to string
	new      *keptSecrets
	held     map[string]func() // the account's locks, by the folder they are in
}

// open opens a store that can be moved to and from, and locks the account in it.
func (m *move) open(ctx context.Context, spec string) (*keptSecrets, error) {
	secrets, err := Open(spec, m.options)
	if err != nil {
		return nil, err
	}
	kept, ok := secrets.(*keptSecrets)
	if !ok {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "env-read-only", Facts: map[string]string{"account": m.acct.Email}}
	}
	return kept, m.lock(ctx, kept.locks, m.acct.Email)
}

// lock takes a lock once, also if two names lead to it.
func (m *move) lock(ctx context.Context, dir, email string) error {
	for held := range m.held {
		if held == dir || sameFolder(held, dir) {
			return nil
		}
	}
	release, err := lock(ctx, dir, fileName(email), email)
	if err == nil {
		m.held[dir] = release
	}
	return err
}

func (m *move) release() {
	for _, release := range m.held {
		release()
	}
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// carry writes the secrets to the new store, and then its name to the account.
// What is written there differs from what is in the old one: who reads it in
// both knows that both are one.
func (m *move) carry(ctx context.Context, old *keptSecrets) error {
	credentials, err := old.Get(ctx, m.acct.Email)
	if err != nil {
		return err
	}
	if _, err := m.new.Get(ctx, m.acct.Email); err != nil && !errors.Is(err, ErrNotFound) {
		return err // what is there and cannot be read is not overwritten
	}
	if err := m.withKey(ctx, func(k *key) error { return k.fits(ctx, m.to) }); err != nil {
		return err
	}
	if err := m.note(func(acct *account.Account) { acct.Copies = with(acct.Copies, m.to) }); err != nil {
		return err
	}
	if _, err = m.write(ctx, m.new, credentials); err == nil {
		err = m.withKey(ctx, func(k *key) error { return k.carry(ctx, m.from, m.to) }) // before the account says that it is there
	}
	if err != nil {
		_ = m.drop(ctx, m.to) // else it stays noted
		return err
	}
	return m.note(func(acct *account.Account) {
		acct.Store, acct.Copies = m.to, with(without(acct.Copies, m.to), m.from)
	})
}

// write puts credentials into a store, with a mark by which they are known again,
// and reads them back. The text is what was written.
func (m *move) write(ctx context.Context, to *keptSecrets, credentials account.Credentials) (text []byte, err error) {
	if m.options.Hide != nil {
		m.options.Hide(credentials.ClientSecret, credentials.Token.Access, credentials.Token.Refresh)
	}
	kept := credentialsFileOf(m.acct.Email, credentials)
	kept.Moved = rand.Text()
	if text, err = encode(kept); err != nil {
		return nil, err
	}
	name := fileName(m.acct.Email)
	if err := to.keeper.Write(ctx, name, text); err != nil {
		return nil, err
	}
	back, err := to.keeper.Read(ctx, name)
	if err != nil && !isMissing(err) {
		return nil, err
	}
	if !alike(back, text) {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "kept-otherwise", Err: err,
			Facts: map[string]string{"account": m.acct.Email, "store": to.spec}}
	}
	return text, nil
}

// withKey is that of [Accounts], for the account that moves.
func (m *move) withKey(ctx context.Context, do func(*key) error) error {
	return m.accounts.withKey(ctx, m.acct, m.options, do)
}

// note changes the account's file, and what we know of it.
func (m *move) note(change func(*account.Account)) error {
	return m.accounts.Update(m.acct.Email, func(kept *account.Account) {
		change(kept)
		m.acct = *kept
	})
}

// alike compares texts; some stores take the newline from the end.
func alike(a, b []byte) bool { return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) }
