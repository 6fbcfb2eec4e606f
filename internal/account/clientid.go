package account

import (
	"strings"
)

// notInCredential reports characters that no ID or secret has: they come from
// a copy that went wrong.
func notInCredential(r rune) bool { return r <= ' ' || r >= 0x7f }

// Project is what console links take for the project: its ID, or else the
// number with which the client ID begins, or "".
func (c Client) Project() string {
	if c.ProjectID != "" {
		return c.ProjectID
	}
	return ClientIDProject(c.ID)
}

// ClientIDProject gives the project number with which a client ID begins, or
// "". Console links take it in place of a project ID.
// Source: two repositories that measured it (seen 2026-11-20).
func ClientIDProject(id string) string {
	number, _, ok := strings.Cut(id, "-")
	if !ok || len(number) < 6 || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return number
}
