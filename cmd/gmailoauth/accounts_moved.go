package main

import (
	"errors"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

// moveJSON is one account that is in the wanted store now.
type moveJSON struct {
	Account string `json:"account"`
	From    string `json:"from"`
	To      string `json:"to"`
	Moved   bool   `json:"moved"` // false: it was there
}

func (a *app) printMoves(done []moveJSON) error {
	if a.flags.format == "json" {
		return writeJSON(a.term.Out, struct {
			Format   int        `json:"format"`
			Command  string     `json:"command"`
			Version  string     `json:"version"`
			Accounts []moveJSON `json:"accounts"`
		}{1, "accounts move", version, done})
	}
	var b strings.Builder
	for _, row := range done {
		id := "stores.there"
		if row.Moved {
			id = "stores.moved"
		}
		b.WriteString(a.words().Say(id, "account", row.Account, "from", row.From, "to", row.To) + "\n")
	}
	return a.print(b.String())
}

// toMove are the named accounts, or all that are kept.
func toMove(accounts *store.Accounts, args []string) ([]string, error) {
	var emails []string
	for _, arg := range args {
		email, err := account.CheckEmail(arg)
		if err != nil {
			return nil, err
		}
		_, err = accounts.Get(email)
		if errors.Is(err, store.ErrNotFound) {
			err = unknownAccount(accounts, email)
		}
		if err != nil {
			return nil, err
		}
		emails = append(emails, email)
	}
	if len(args) > 0 {
		return emails, nil
	}
	known, err := accounts.List()
	if err == nil && len(known) == 0 {
		_, err = onlyAccount(accounts) // says that there is none
	}
	for _, acct := range known {
		emails = append(emails, acct.Email)
	}
	return emails, err
}
