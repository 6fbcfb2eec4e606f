package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/layout"
)

// Accounts keeps what is not secret: a readable JSON file for each account.
// Any goroutine, and any number of processes, may use it.
type Accounts struct {
	dir     folder
	locks   string
	keys    sync.Mutex        // held with a key
	needing map[string]string // key and store to an account that was seen to need it there
}

// NewAccounts gives the accounts below paths.Config. It touches no disk.
func NewAccounts(paths Paths) *Accounts {
	return &Accounts{dir: folder{paths.Accounts(), true}, locks: paths.Locks(), needing: map[string]string{}}
}

// File is where an account is kept.
func (a *Accounts) File(email string) string {
	return filepath.Join(a.dir.path, fileName(email)+layout.Suffix)
}

// Get gives one account: ErrNotFound if there is none, a Symptom if its file
// cannot be trusted or understood.
func (a *Accounts) Get(email string) (account.Account, error) {
	return readAccount(a.File(email), email)
}

// Put keeps an account in the place of the one that was there. Over a file that
// cannot be read it keeps nothing. A relative folder in Store becomes absolute. A
// former store is noted in Copies: what it has is deleted with the account, or
// when the account moves.
func (a *Accounts) Put(acct account.Account) error {
	if acct.Email == "" {
		return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "no-email"}
	}
	return a.write(acct.Email, func(kept *account.Account, err error) error {
		copies := kept.Copies
		if before, now := storeOf(kept.Store), storeOf(acct.Store); err == nil && before != now {
			copies = with(without(copies, now), before)
		}
		*kept = acct
		for _, spec := range copies { // whoever consents anew knows nothing of them
			kept.Copies = with(kept.Copies, spec)
		}
		return nil
	})
}

// Update changes an account that is there, so that nobody else's change of it
// gets lost.
func (a *Accounts) Update(email string, change func(*account.Account)) error {
	return a.write(email, func(kept *account.Account, err error) error {
		if err == nil {
			change(kept)
		}
		return err
	})
}

func (a *Accounts) write(email string, change func(*account.Account, error) error) error {
	release, err := writing(context.Background(), a.locks, "account-"+fileName(email), email)
	if err != nil {
		return err
	}
	defer release()
	kept, err := a.Get(email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err := change(&kept, err); err != nil {
		return err
	}
	kept.Store = absolute(kept.Store)
	data, err := encode(accountFileOf(kept))
	if err != nil {
		return err
	}
	return replaceOwn(a.dir, a.File(email), data)
}

// Delete forgets an account, also one whose file is corrupt. Its secrets are
// the caller's to delete first. None there is no error.
func (a *Accounts) Delete(email string) error { return removeOwn(a.File(email)) }

// List gives all accounts by address. Accounts that can be read are given also
// with an error, which joins a Symptom for each that cannot.
func (a *Accounts) List() ([]account.Account, error) {
	entries, err := os.ReadDir(a.dir.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unread(a.dir.path, err)
	}
	var list []account.Account
	var failed []error
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || filepath.Ext(e.Name()) != layout.Suffix {
			continue
		}
		acct, err := readAccount(filepath.Join(a.dir.path, e.Name()), "")
		switch {
		case errors.Is(err, ErrNotFound): // removed since
		case err != nil:
			failed = append(failed, err)
		default:
			list = append(list, acct)
		}
	}
	slices.SortFunc(list, func(x, y account.Account) int { return strings.Compare(x.Email, y.Email) })
	return list, errors.Join(failed...)
}

// readAccount reads the file of email, or of whoever it says if email is empty.
func readAccount(file, email string) (account.Account, error) {
	data, err := readOwn(file, false)
	if errors.Is(err, fs.ErrNotExist) {
		return account.Account{}, fmt.Errorf("account %s: %w", email, ErrNotFound)
	}
	if err != nil {
		return account.Account{}, err
	}
	var kept layout.Account
	if err := decode(file, data, &kept); err != nil {
		return account.Account{}, err
	}
	if kept.Account == "" || email != "" && !same(kept.Account, email) {
		return account.Account{}, corruptKey(file, "account")
	}
	return accountIn(kept), nil
}

func accountFileOf(a account.Account) layout.Account {
	g := a.Grant
	return layout.Account{
		Format: layout.Format, Account: a.Email, ClientID: a.ClientID, ClientType: string(a.ClientType), ProjectID: a.ProjectID,
		RedirectURIs: a.RedirectURIs, Target: a.Target, Store: a.Store, Copies: a.Copies,
		Grant: layout.Grant{
			IssuedAt: instant(g.IssuedAt), Lifetime: seconds(g.Lifetime), Publishing: string(g.Publishing), Seen: g.Seen,
			ClientID: g.ClientID, Scopes: g.Scopes, Adopted: g.Adopted, RenewedAt: instant(g.RenewedAt),
		},
		PublishedAt: instant(a.PublishedAt), Delegation: (*layout.Delegation)(a.Delegation),
	}
}

func accountIn(f layout.Account) account.Account {
	g := f.Grant
	return account.Account{
		Email: f.Account, ClientID: f.ClientID, ClientType: account.ClientType(f.ClientType), ProjectID: f.ProjectID,
		RedirectURIs: f.RedirectURIs, Target: f.Target, Store: f.Store, Copies: f.Copies,
		Grant: account.Grant{
			IssuedAt: g.IssuedAt, Lifetime: duration(g.Lifetime), Publishing: account.Publishing(g.Publishing), Seen: g.Seen,
			ClientID: g.ClientID, Scopes: g.Scopes, Adopted: g.Adopted, RenewedAt: g.RenewedAt,
		},
		PublishedAt: f.PublishedAt, Delegation: (*account.Delegation)(f.Delegation),
	}
}
