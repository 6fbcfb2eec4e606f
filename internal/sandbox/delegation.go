package sandbox

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2/maybe"

	"gmailoauth/internal/google"
)

// What the sandbox's own Workspace is called, and what its service account.
const (
	workspaceDomain    = "example.com"
	delegateProject    = "my-sandbox"
	delegateID         = "mail-delegate"
	serviceAccountName = "service-account.json"
)

// AllDelegated are the scopes with which a service account may open mail.
func AllDelegated() []string {
	scopes := google.Known().Scopes
	return []string{scopes["mail"].Value, scopes["imap-admin"].Value}
}

// NewServiceAccount makes a service account to which the Workspace example.com
// has delegated scopes, and gives its address and its numeric ID; without scopes
// nobody has delegated anything. One that is there is delegated these.
func (s *Sandbox) NewServiceAccount(project, id string, scopes ...string) (email, uniqueID string) {
	domain := ""
	if len(scopes) > 0 {
		domain = workspaceDomain
	}
	return s.auth.NewServiceAccount(project, id, domain, slices.Clone(scopes)...)
}

// ServiceKey makes a key of a service account and gives its JSON file.
func (s *Sandbox) ServiceKey(email string) ([]byte, error) { return s.auth.ServiceKey(email) }

// DisableServiceAccount disables a service account.
func (s *Sandbox) DisableServiceAccount(email string) { s.auth.DisableServiceAccount(email) }

// DeleteServiceAccount deletes a service account.
func (s *Sandbox) DeleteServiceAccount(email string) { s.auth.DeleteServiceAccount(email) }

// ServiceAccountFile writes the key of a service account that may open every
// mailbox of example.com beside the provider file, and gives its path.
func (s *Sandbox) ServiceAccountFile() (string, error) {
	email, _ := s.NewServiceAccount(delegateProject, delegateID, AllDelegated()...)
	key, err := s.ServiceKey(email)
	if err != nil {
		return "", err
	}
	file := filepath.Join(s.dir, serviceAccountName)
	if err := maybe.WriteFile(file, append(key, '\n'), 0o600); err != nil {
		return "", fmt.Errorf("write %s: %w", serviceAccountName, err)
	}
	return file, nil
}
