package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/store"
)

// serviceKey is the file of a key to which the Workspace has delegated scopes.
func (o *workplace) serviceKey(scopes ...string) (email, file string) {
	o.t.Helper()
	email, _ = o.box.NewServiceAccount("my-mail-123", "mail-delegate", scopes...)
	data, err := o.box.ServiceKey(email)
	if err != nil {
		o.t.Fatal(err)
	}
	file = filepath.Join(o.t.TempDir(), "key.json")
	o.write(file, string(data))
	return email, file
}

func (o *workplace) write(file, text string) {
	o.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// delegates has a service account open the mailbox, from then on.
func (o *workplace) delegates(args ...string) told {
	o.t.Helper()
	return o.runs(append([]string{"authorize", o.who, "--grant", "delegation", "--timeout", "20s"}, args...)...)
}

func (o *workplace) folders() store.Paths {
	o.t.Helper()
	paths, err := ownFolders(func(name string) string { return o.env[name] })
	if err != nil {
		o.t.Fatal(err)
	}
	return paths
}

func (o *workplace) delegated() (serviceAccount string) {
	o.t.Helper()
	serviceAccount, file := o.serviceKey(sandbox.AllDelegated()...)
	if got := o.delegates("--service-account-file", file); got.code != 0 {
		o.t.Fatalf("authorize: exit %d\n%s", got.code, got.err)
	}
	return serviceAccount
}

// playDelegation runs what meets a scenario of delegation: with a key where the
// token endpoint refuses, without one where Google is to sign, with setup where a
// service account is to be made.
func (o *workplace) playDelegation(scenarios ...scenario.Scenario) told {
	o.t.Helper()
	email, file := o.serviceKey(sandbox.AllDelegated()...)
	o.box.Scenarios().Use(scenarios...)
	switch scenarios[0].Effects[0].At {
	case scenario.DelegationSign, scenario.DelegationAccount:
		return o.delegates("--service-account", email, "--gcp-token-file", o.box.CloudTokenFile())
	case scenario.DelegationCreate, scenario.DelegationKey:
		return o.runs("setup", "--no-input", "--target", "generic-desktop", "--project", "my-mail-456", "--grant", "delegation",
			"--account", o.who, "--gcp-token-file", o.box.CloudTokenFile(), "--timeout", "20s")
	}
	return o.delegates("--service-account-file", file)
}

// cut is a key whose last part is missing.
func cut(key string) string { return strings.Replace(key, "-----END PRIVATE KEY-----", "", 1) }

func delegationRows() map[string]produced {
	return map[string]produced{
		"delegation-of-consumer-mailbox": func(o *workplace) told {
			_, file := o.serviceKey(sandbox.AllDelegated()...)
			return o.runs("authorize", "somebody@gmail.com", "--grant", "delegation", "--service-account-file", file)
		},
		"delegation-not-for-target": line("setup", "--no-input", "--target", "nocobase", "--set", "base_url=https://office.example.com",
			"--grant", "delegation", "--account", "sales@example.com"),
		"delegation-not-revocable": func(o *workplace) told {
			o.delegated()
			return o.runs("revoke", o.who, "--yes")
		},
		"export-needs-consent": func(o *workplace) told {
			o.delegated()
			return o.runs("export", "env", o.who)
		},
		"keyless-without-sign-in": func(o *workplace) told {
			email, _ := o.serviceKey(sandbox.AllDelegated()...)
			o.env["PATH"] = o.t.TempDir()
			return o.delegates("--service-account", email)
		},
		"workload-identity-file": func(o *workplace) told {
			file := filepath.Join(o.t.TempDir(), "identity.json")
			o.write(file, `{"type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci"}`)
			return o.delegates("--service-account-file", file)
		},
		"service-account-file-wrong": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			return o.delegates("--service-account-file", file)
		},
		"service-account-file-damaged": func(o *workplace) told {
			_, file := o.serviceKey(sandbox.AllDelegated()...)
			key, err := os.ReadFile(file)
			if err != nil {
				o.t.Fatal(err)
			}
			o.write(file, cut(string(key)))
			return o.delegates("--service-account-file", file)
		},
		"delegated-for-imap-only": func(o *workplace) told {
			_, file := o.serviceKey(sandbox.AllDelegated()...)
			o.delegates("--service-account-file", file, "--scope", "imap-admin")
			return o.proves("--protocol", "smtp")
		},
		"delegated-login-refused": func(o *workplace) told {
			o.delegated()
			o.use("mail-client-not-listed")
			return o.proves("--protocol", "imap")
		},
		"service-account-key-not-kept": func(o *workplace) told {
			serviceAccount := o.delegated()
			secrets, err := store.Open("", store.Options{Paths: o.folders()})
			if err == nil {
				err = secrets.Delete(context.Background(), serviceAccount)
			}
			if err != nil {
				o.t.Fatal(err)
			}
			return o.runs("token", o.who, "--renew")
		},
	}
}

// Google does not say whether all is missing or one scope alone: we find out.
func TestScopesAreToldApart(t *testing.T) {
	both := sandbox.AllDelegated()
	for _, row := range []struct {
		name      string
		delegated []string
		scope     string
		want      string
	}{
		{"nothing is delegated", nil, "mail", "explain delegation-missing"},
		{"the mail scope is missing", both[1:], "mail", "explain delegation-scope-missing"},
		{"the other one is missing", both[:1], "imap-admin", "explain delegation-scope-missing"},
		{"one of both is missing", both[:1], "both", "explain delegation-scope-missing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := newWorkplace(t)
			_, file := o.serviceKey(row.delegated...)
			got := o.delegates("--service-account-file", file, "--scope", row.scope)
			if got.code != 4 || !strings.Contains(got.err, row.want) {
				t.Errorf("exit %d, want 4 and %s:\n%s", got.code, row.want, got.err)
			}
			if row.delegated != nil && !strings.Contains(got.err, "clientIdToAdd=1") {
				t.Errorf("no page of the Admin console with the client ID filled in:\n%s", got.err)
			}
			if again := o.runs("token", o.who); again.code != 2 {
				t.Errorf("a refused account is kept: exit %d\n%s", again.code, again.err)
			}
		})
	}
}

// Where gcloud is signed in, its token has Google sign; it is asked once for all
// mailboxes of a command.
func TestKeylessWithGcloud(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("the gcloud of this test is a shell script")
		return
	}
	o := newWorkplace(t)
	email, _ := o.serviceKey(sandbox.AllDelegated()...)
	calls := filepath.Join(t.TempDir(), "calls")
	o.env["PATH"] = fakeGcloud(t, "echo called >> '"+calls+"'\necho "+o.box.CloudToken().Reveal()+"\n")
	for _, mailbox := range []string{"a@example.com", "b@example.com", "c@example.com"} {
		if got := o.runs("authorize", mailbox, "--grant", "delegation", "--service-account", email); got.code != 0 {
			t.Fatalf("authorize %s: exit %d\n%s", mailbox, got.code, got.err)
		}
	}
	o.write(calls, "")
	paths := o.folders()
	if err := os.RemoveAll(filepath.Join(paths.Data, "secrets")); err != nil { // the access tokens: there is nothing else
		t.Fatal(err)
	}
	if got := o.runs("verify"); got.code != 0 {
		t.Fatalf("verify: exit %d\n%s%s", got.code, got.out, got.err)
	}
	if said, err := os.ReadFile(calls); err != nil || string(said) != "called\n" {
		t.Errorf("gcloud was asked %q, %v; want once", said, err)
	}
}
