package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// fileSecrets keeps the secrets of each account in a file of its own, in plain
// text, readable by its owner alone.
type fileSecrets struct {
	dir   folder
	locks string
}

func (s *fileSecrets) file(email string) string {
	return filepath.Join(s.dir.path, fileName(email)+".json")
}

// Get is that of [Secrets].
func (s *fileSecrets) Get(_ context.Context, email string) (account.Credentials, error) {
	file := s.file(email)
	data, err := readOwn(file, true)
	if errors.Is(err, fs.ErrNotExist) {
		return account.Credentials{}, fmt.Errorf("secrets of %s: %w", email, ErrNotFound)
	}
	if err != nil {
		return account.Credentials{}, err
	}
	var kept credentialsFile
	if err := decode(file, data, &kept); err != nil {
		return account.Credentials{}, err
	}
	if !same(kept.Account, email) {
		return account.Credentials{}, corruptKey(file, "account")
	}
	return kept.credentials(), nil
}

// Put is that of [Secrets].
func (s *fileSecrets) Put(ctx context.Context, email string, credentials account.Credentials) error {
	if email == "" {
		return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "no-email"}
	}
	release, err := writing(ctx, s.locks, "secrets-"+fileName(email), email)
	if err != nil {
		return err
	}
	defer release()
	if _, err := s.Get(ctx, email); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	data, err := encode(credentialsFileOf(email, credentials))
	if err != nil {
		return err
	}
	return replaceOwn(s.dir, s.file(email), data)
}

// Delete is that of [Secrets].
func (s *fileSecrets) Delete(ctx context.Context, email string) error {
	if _, err := readOwn(s.file(email), true); errors.Is(err, fs.ErrNotExist) {
		return nil // do not make folders to remove nothing
	}
	release, err := writing(ctx, s.locks, "secrets-"+fileName(email), email)
	if err != nil {
		return err
	}
	defer release()
	return removeOwn(s.file(email))
}

// Lock is that of [Secrets].
func (s *fileSecrets) Lock(ctx context.Context, email string) (func(), error) {
	return lock(ctx, s.locks, fileName(email), email)
}

// credentialsFile is what is kept; the one place where secrets meet a disk.
type credentialsFile struct {
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
}

func (f *credentialsFile) formatOf() int { return f.Format }

func credentialsFileOf(email string, c account.Credentials) credentialsFile {
	t := c.Token
	return credentialsFile{
		Format: format, Account: email, ClientSecret: c.ClientSecret.Reveal(),
		RefreshToken: t.Refresh.Reveal(), RefreshLifetime: seconds(t.RefreshLifetime), IssuedAt: instant(t.IssuedAt),
		AccessToken: t.Access.Reveal(), TokenType: t.Type, ExpiresAt: instant(t.Expiry), Scopes: t.Scopes,
	}
}

func (f credentialsFile) credentials() account.Credentials {
	return account.Credentials{
		ClientSecret: secret.New(f.ClientSecret),
		Token: account.Token{
			Access: secret.New(f.AccessToken), Type: f.TokenType, Expiry: f.ExpiresAt,
			Refresh: secret.New(f.RefreshToken), RefreshLifetime: duration(f.RefreshLifetime), IssuedAt: f.IssuedAt, Scopes: f.Scopes,
		},
	}
}
