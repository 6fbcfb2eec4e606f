package fleet

import (
	"cmp"
	"path/filepath"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

// The two ways in which a mailbox is opened.
const (
	Consent    = "consent"    // of the person whose it is
	Delegation = "delegation" // of the Workspace, to a service account
)

// Access is how a mailbox is to be connected. Whoever only proves mailboxes has
// no use for it.
type Access struct {
	Grant          string // Consent or Delegation; empty if the file says nothing of it
	Client         string // path of the client's JSON, for Consent
	RefreshToken   string // path of a file with a refresh token that is to be adopted
	ServiceKey     string // path of a service account's key, for Delegation
	ServiceAccount string // address of a service account without a key
	Scope          string // what a service account asks for: mail, imap-admin, both; or empty
}

// Within gives an entry whose paths are relative to dir no more.
func (e Entry) Within(dir string) Entry {
	for _, path := range []*string{&e.Access.Client, &e.Access.RefreshToken, &e.Access.ServiceKey} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	return e
}

// The keys of Access, in files of every form.
const (
	keyGrant          = "grant"
	keyClient         = "client"
	keyRefreshToken   = "refresh_token_file"
	keyServiceKey     = "service_account_file"
	keyServiceAccount = "service_account"
	keyScope          = "scope"

	accessKeys = keyGrant + ", " + keyClient + ", " + keyRefreshToken + ", " + keyServiceKey + ", " + keyServiceAccount + ", " + keyScope
)

// isAccess reports whether a key is one of Access.
func isAccess(key string) bool {
	switch key {
	case keyGrant, keyClient, keyRefreshToken, keyServiceKey, keyServiceAccount, keyScope:
		return true
	}
	return false
}

// blank stands in a refresh_token_file that is given for all mailboxes.
const blank = "{account}"

// setAccess takes the value of a key of Access.
func (f *file) setAccess(e *Entry, key, value string, line int) error {
	if isSecret(value) {
		return wrong("fleet-secret", f.name, line, "key", key)
	}
	a, wanted := &e.Access, ""
	switch key {
	case keyGrant:
		a.Grant, wanted = value, Consent+", "+Delegation
		if value == Consent || value == Delegation {
			return nil
		}
	case keyScope:
		a.Scope, wanted = value, "mail, imap-admin, both"
		if value == "mail" || value == "imap-admin" || value == "both" {
			return nil
		}
	case keyServiceAccount:
		a.ServiceAccount, wanted = strings.ToLower(value), "mail@my-mail-123.iam.gserviceaccount.com"
		if email, err := account.CheckEmail(value); err == nil && account.IsServiceAccount(email) {
			return nil
		}
	default:
		paths := map[string]*string{keyClient: &a.Client, keyRefreshToken: &a.RefreshToken, keyServiceKey: &a.ServiceKey}
		*paths[key] = value
		wanted = map[string]string{keyClient: "client_secret.json", keyRefreshToken: "tokens/office.txt", keyServiceKey: "key.json"}[key]
		if value != "" {
			return nil
		}
	}
	return wrong("fleet-bad-value", f.name, line, "key", key, "wanted", wanted)
}

// isSecret reports whether a text is shaped like a token, a client's secret or a
// key, which have no place in the file of a fleet.
func isSecret(text string) bool {
	return new(secret.Redactor).Clean(text) != text || strings.Contains(text, "\n") ||
		strings.HasPrefix(text, "{\"") || strings.Contains(text, "-----BEGIN")
}

// unknownKey refuses a key, and says of one that names a secret where that belongs.
func (f *file) unknownKey(key, wanted string, line int) error {
	switch strings.ToLower(key) {
	case "refresh_token", "access_token", "client_secret", "private_key", "token", "password", "secret":
		return wrong("fleet-secret", f.name, line, "key", key)
	}
	if isSecret(key) {
		return wrong("fleet-secret", f.name, line)
	}
	return wrong("fleet-unknown-key", f.name, line, "key", key, "wanted", wanted)
}

// agree holds what a mailbox says of its access against itself, and fills it up
// with what holds for all, as far as that fits: a mailbox that consents takes no
// service account from there, and the other way round. line gives where a key of
// the mailbox stands.
func (f *file) agree(e *Entry, common Access, line func(key string) int) error {
	own := e.Access
	refuse := func(key, other string) error {
		return wrong("fleet-contradiction", f.name, line(key), "key", key, "other", other)
	}
	byService := cmp.Or(pick(own.ServiceKey, keyServiceKey), pick(own.ServiceAccount, keyServiceAccount))
	byConsent := cmp.Or(pick(own.RefreshToken, keyRefreshToken), pick(own.Client, keyClient))
	own.Grant = cmp.Or(own.Grant, pick(byService, Delegation), pick(byConsent, Consent), common.Grant, common.implied())
	switch {
	case own.ServiceKey != "" && own.ServiceAccount != "":
		return refuse(keyServiceAccount, keyServiceKey)
	case own.Grant == Delegation && byConsent != "":
		return refuse(byConsent, cmp.Or(byService, "grant: delegation"))
	case own.Grant != Delegation && cmp.Or(byService, own.Scope) != "":
		return refuse(cmp.Or(byService, keyScope), "grant: consent")
	case own.Grant == Delegation:
		if byService == "" {
			own.ServiceKey, own.ServiceAccount = common.ServiceKey, common.ServiceAccount
		}
		own.Scope = cmp.Or(own.Scope, common.Scope)
		if own.ServiceKey+own.ServiceAccount == "" {
			return wrong("fleet-incomplete", f.name, line(keyGrant), "key", "grant: delegation", "wanted", keyServiceKey)
		}
	default:
		own.Client = cmp.Or(own.Client, common.Client)
		own.RefreshToken = strings.ReplaceAll(cmp.Or(own.RefreshToken, common.RefreshToken), blank, e.Account)
		if own.RefreshToken != "" && own.Client == "" {
			return wrong("fleet-incomplete", f.name, line(keyRefreshToken), "key", keyRefreshToken, "wanted", keyClient)
		}
	}
	e.Access = own
	return nil
}

// implied is the grant of a file that does not name it.
func (a Access) implied() string {
	return cmp.Or(pick(a.Client+a.RefreshToken, Consent), pick(a.ServiceKey+a.ServiceAccount, Delegation))
}

// pick gives a name to what is there.
func pick(there, name string) string {
	if there == "" {
		return ""
	}
	return name
}

// forAll refuses what cannot hold for all mailboxes.
func (f *file) forAll(common Access, line func(key string) int) error {
	switch {
	case common.ServiceKey != "" && common.ServiceAccount != "":
		return wrong("fleet-contradiction", f.name, line(keyServiceAccount), "key", keyServiceAccount, "other", keyServiceKey)
	case common.RefreshToken != "" && !strings.Contains(common.RefreshToken, blank):
		return wrong("fleet-bad-value", f.name, line(keyRefreshToken), "key", keyRefreshToken, "wanted", "tokens/"+blank)
	}
	return nil
}
