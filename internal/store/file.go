package store

import (
	"context"
	"path/filepath"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

// files is the Keeper of texts as they are: each in a file of its own, readable
// by its owner alone. The caller excludes other writers of the same name.
type files struct {
	dir    folder
	suffix string
}

// File is where a text is.
func (f files) File(name string) string { return filepath.Join(f.dir.path, name+f.suffix) }

// Read is that of [Keeper].
func (f files) Read(_ context.Context, name string) ([]byte, error) {
	return readOwn(f.File(name), true)
}

// Write is that of [Keeper].
func (f files) Write(_ context.Context, name string, text []byte) error {
	return replaceOwn(f.dir, f.File(name), text)
}

// Remove is that of [Keeper].
func (f files) Remove(_ context.Context, name string) error { return removeOwn(f.File(name)) }

// credentialsFile is what is kept; the one place where secrets meet a disk.
type credentialsFile struct {
	Format          int       `json:"format"`
	Account         string    `json:"account"`
	ClientSecret    string    `json:"client_secret,omitempty"`
	RefreshToken    string    `json:"refresh_token,omitempty"`
	RefreshLifetime int64     `json:"refresh_token_expires_in,omitempty"`
	AccessToken     string    `json:"access_token,omitempty"`
	TokenType       string    `json:"token_type,omitempty"`
	ExpiresAt       time.Time `json:"expires_at,omitzero"`
	Scopes          []string  `json:"scopes,omitempty"`
	Moved           string    `json:"moved,omitempty"` // of a move, until the next renewal
}

func credentialsFileOf(email string, c account.Credentials) credentialsFile {
	t := c.Token
	return credentialsFile{
		Format: format, Account: email, ClientSecret: c.ClientSecret.Reveal(),
		RefreshToken: t.Refresh.Reveal(), RefreshLifetime: seconds(t.RefreshLifetime),
		AccessToken: t.Access.Reveal(), TokenType: t.Type, ExpiresAt: instant(t.Expiry), Scopes: t.Scopes,
	}
}

func (f credentialsFile) credentials() account.Credentials {
	return account.Credentials{
		ClientSecret: secret.New(f.ClientSecret),
		Token: account.Token{
			Access: secret.New(f.AccessToken), Type: f.TokenType, Expiry: f.ExpiresAt,
			Refresh: secret.New(f.RefreshToken), RefreshLifetime: duration(f.RefreshLifetime), Scopes: f.Scopes,
		},
	}
}
