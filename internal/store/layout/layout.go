// Package layout is where the store's files are, what they are called, what
// stands in them, and whose they must be. It explains nothing: its callers do.
//
// A mail program that wants a token waits for it, and package ahead answers
// before the program is set up. So this room imports nothing that is set up
// late: not strings, which waits for the tables of unicode, nor what needs it.
package layout

import (
	"runtime"
	"time"
)

// Format is the number that our files carry; it grows only on an incompatible
// change.
const Format = 1

// Suffix ends the name of a file of ours that is not sealed.
const Suffix = ".json"

// Paths are the folders that are ours, each made 0700 when first written to.
type Paths struct {
	Config  string // accounts: what is not secret
	Data    string // secrets of the stores "file" and "age", and the lock files
	State   string // how far a walk of setup has come
	Runtime string // what ends with the session; empty where there is no such folder
}

// Folders follows the XDG base directory specification, on every system but
// Windows, where all three are in LOCALAPPDATA. A relative XDG path is ignored,
// as the specification asks. Without a home ok is false, and there is never a
// folder below the root.
// Source: specifications.freedesktop.org/basedir-spec (seen 2026-11-20).
func Folders(env func(string) string) (paths Paths, ok bool) {
	if runtime.GOOS == "windows" && env("LOCALAPPDATA") != "" {
		root := Join(env("LOCALAPPDATA"), "gmailoauth")
		return Paths{Config: Join(root, "config"), Data: Join(root, "data"), State: Join(root, "state")}, true
	}
	ok = true
	folder := func(variable, below string) string {
		if dir := env(variable); IsAbs(dir) {
			return Join(dir, "gmailoauth")
		}
		home := env("HOME")
		if !IsAbs(home) {
			ok = false
			return ""
		}
		return Join(home, below, "gmailoauth")
	}
	paths = Paths{
		Config: folder("XDG_CONFIG_HOME", ".config"),
		Data:   folder("XDG_DATA_HOME", ".local/share"),
		State:  folder("XDG_STATE_HOME", ".local/state"),
	}
	if dir := env("XDG_RUNTIME_DIR"); IsAbs(dir) {
		paths.Runtime = Join(dir, "gmailoauth")
	}
	if !ok {
		return Paths{}, false
	}
	return paths, true
}

// Accounts is the folder with a file for each account.
func (p Paths) Accounts() string { return Join(p.Config, "accounts") }

// Secrets is the folder of the store "file".
func (p Paths) Secrets() string { return Join(p.Data, "secrets") }

// Locks is the folder of the lock files.
func (p Paths) Locks() string { return Join(p.Data, "locks") }

// Account is an account as it is kept.
type Account struct {
	Format       int       `json:"format"`
	Account      string    `json:"account"`
	ClientID     string    `json:"client_id"`
	ClientType   string    `json:"client_type,omitempty"`
	ProjectID    string    `json:"project,omitempty"`
	RedirectURIs []string  `json:"redirect_uris,omitempty"`
	Target       string    `json:"target,omitempty"`
	Store        string    `json:"store,omitempty"`
	Copies       []string  `json:"copies,omitempty"`
	Grant        Grant     `json:"grant,omitzero"`
	PublishedAt  time.Time `json:"published_at,omitzero"`

	Delegation *Delegation `json:"delegation,omitempty"`
}

// Delegation is what an account's file says of the service account that opens it.
type Delegation struct {
	ServiceAccount string   `json:"service_account"`
	Scopes         []string `json:"scopes"`
	Keyless        bool     `json:"keyless,omitempty"`
}

// Grant is what an account's file says of its grant.
type Grant struct {
	IssuedAt   time.Time `json:"issued_at,omitzero"`
	Lifetime   int64     `json:"lifetime_seconds,omitempty"`
	Publishing string    `json:"publishing,omitempty"`
	Seen       bool      `json:"publishing_seen,omitempty"`
	ClientID   string    `json:"client_id,omitempty"`
	Scopes     []string  `json:"scopes,omitempty"`
	Adopted    bool      `json:"adopted,omitempty"`
	RenewedAt  time.Time `json:"renewed_at,omitzero"`
}

// IsZero is asked by omitzero.
func (g Grant) IsZero() bool {
	return g.IssuedAt.IsZero() && g.Lifetime == 0 && g.Publishing == "" && !g.Seen && g.ClientID == "" &&
		len(g.Scopes) == 0 && !g.Adopted && g.RenewedAt.IsZero()
}

// Credentials are what is kept of an account's secrets; the one place where
// secrets meet a disk.
type Credentials struct {
	Format          int       `json:"format"`
	Account         string    `json:"account"`
	ClientSecret    string    `json:"client_secret,omitempty"`
	RefreshToken    string    `json:"refresh_token,omitempty"`
	RefreshLifetime int64     `json:"refresh_token_expires_in,omitempty"`
	IssuedAt        time.Time `json:"issued_at,omitzero"` // of the access token
	AccessToken     string    `json:"access_token,omitempty"`
	TokenType       string    `json:"token_type,omitempty"`
	ExpiresAt       time.Time `json:"expires_at,omitzero"`
	Scopes          []string  `json:"scopes,omitempty"`
	Moved           string    `json:"moved,omitempty"` // of a move, until the next renewal
}
