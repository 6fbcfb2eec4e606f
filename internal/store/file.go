package store

import (
	"context"
	"path/filepath"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store/layout"
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

func credentialsFileOf(email string, c account.Credentials) layout.Credentials {
	t := c.Token
	return layout.Credentials{
		Format: layout.Format, Account: email, ClientSecret: c.ClientSecret.Reveal(),
		RefreshToken: t.Refresh.Reveal(), RefreshLifetime: seconds(t.RefreshLifetime), IssuedAt: instant(t.IssuedAt),
		AccessToken: t.Access.Reveal(), TokenType: t.Type, ExpiresAt: instant(t.Expiry), Scopes: t.Scopes,
	}
}

func credentialsIn(f layout.Credentials) account.Credentials {
	return account.Credentials{
		ClientSecret: secret.New(f.ClientSecret),
		Token: account.Token{
			Access: secret.New(f.AccessToken), Type: f.TokenType, Expiry: f.ExpiresAt,
			Refresh: secret.New(f.RefreshToken), RefreshLifetime: duration(f.RefreshLifetime), IssuedAt: f.IssuedAt, Scopes: f.Scopes,
		},
	}
}
