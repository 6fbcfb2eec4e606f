package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// serviceAccount makes a service account and a key of it, as an admin does in the
// console, and has the Workspace delegate scopes to it.
func (s *story) serviceAccount(ts *testscript.TestScript, args []string) {
	email, id := s.box.NewServiceAccount(project, "mail-delegate", args[1:]...)
	key, err := s.box.ServiceKey(email)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), key, 0o600))
	ts.Setenv("SERVICE_ACCOUNT", email)
	ts.Setenv("SERVICE_ACCOUNT_ID", id)
}
