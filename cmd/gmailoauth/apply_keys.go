package main

import (
	"strings"

	"gmailoauth/internal/account"
)

// sign has an account's service account sign with the key of a file, and gives the
// key as long as it is not kept.
func (n *named) sign(a *app, acct account.Account, key account.ServiceKey) (account.ServiceKey, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := strings.ToLower(signerName(acct))
	if n.keptKeys[name] {
		return account.ServiceKey{}, nil
	}
	if !n.useful[name] {
		if err := a.useKey(acct, key); err != nil {
			return key, err
		}
		if n.useful == nil {
			n.useful, n.keptKeys = map[string]bool{}, map[string]bool{}
		}
		n.useful[name] = true
	}
	return key, nil
}

// kept notes that the key of an account's service account is kept.
func (n *named) kept(acct account.Account) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.keptKeys != nil {
		n.keptKeys[strings.ToLower(signerName(acct))] = true
	}
}
