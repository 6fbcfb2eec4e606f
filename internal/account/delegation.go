package account

import "strings"

// Delegation says which service account opens a mailbox of its Workspace, and
// what it asks for. Nothing of it is secret: the key, if there is one, is kept
// once for all its mailboxes, under the service account's own address.
type Delegation struct {
	ServiceAccount string   `json:"service_account"`
	Scopes         []string `json:"scopes"`
	// Keyless: there is no key. Google signs for the service account, on the word
	// of whoever is signed in to Google Cloud.
	Keyless bool `json:"keyless,omitempty"`
}

// serviceAccountDomain is what the address of every service account ends in.
// Source: cloud.google.com/iam/docs/service-account-overview (seen 2026-11-21).
const serviceAccountDomain = ".gserviceaccount.com"

// IsServiceAccount reports whether an address is that of a service account.
func IsServiceAccount(email string) bool {
	return strings.HasSuffix(strings.ToLower(email), serviceAccountDomain)
}

// ServiceAccountProject gives the project ID in the address of a service
// account that was made in the console, or "".
func ServiceAccountProject(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	project, ok := strings.CutSuffix(domain, ".iam"+serviceAccountDomain)
	if !ok {
		return ""
	}
	return project
}
