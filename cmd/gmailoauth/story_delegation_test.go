package main

import (
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gmailoauth/internal/sandbox"
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

// credentials writes a credential configuration file as gcloud makes it, and beside
// it the subject token as a cluster projects it; with a service account it acts as
// that.
func (s *story) credentials(ts *testscript.TestScript, args []string) {
	subject, err := s.box.SubjectToken("", time.Hour)
	ts.Check(err)
	file := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(file+".subject", []byte(subject.Reveal()), 0o600))
	as := ""
	if len(args) > 1 {
		as = args[1]
	}
	ts.Check(os.WriteFile(file, s.box.CredentialsJSON(sandbox.SubjectFromFile(file+".subject"), as), 0o600))
}
