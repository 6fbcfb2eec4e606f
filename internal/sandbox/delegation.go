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
	credentialsName    = "workload-identity.json"
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

// DelegationFiles writes beside the provider file what opens every mailbox of
// example.com as its service account: a key, and a credential configuration of
// workload identity federation, for which the sandbox plays the CI server, too.
func (s *Sandbox) DelegationFiles() (key, credentials string, err error) {
	email, _ := s.NewServiceAccount(delegateProject, delegateID, AllDelegated()...)
	text, err := s.ServiceKey(email)
	if err != nil {
		return "", "", err
	}
	key, credentials = filepath.Join(s.dir, serviceAccountName), filepath.Join(s.dir, credentialsName)
	for file, text := range map[string][]byte{key: append(text, '\n'), credentials: s.CredentialsJSON(s.SubjectFromURL(), email)} {
		if err := maybe.WriteFile(file, text, 0o600); err != nil {
			return "", "", fmt.Errorf("write %s: %w", filepath.Base(file), err)
		}
	}
	return key, credentials, nil
}
