package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/adopt/adopttest"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// tokenFile writes a token file as a helper would; keys are laid over what all
// of them hold, and an empty value leaves a key out.
func (o *workplace) tokenFile(client account.Client, refresh secret.Text, keys map[string]any) string {
	o.t.Helper()
	file := map[string]any{"client_id": client.ID, "client_secret": client.Secret.Reveal(), "refresh_token": refresh.Reveal()}
	for key, value := range keys {
		file[key] = value
		if value == "" {
			delete(file, key)
		}
	}
	data, err := json.Marshal(file)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.file("tokens.json", string(data))
}

// importRows are token files of other helpers that cannot be taken over.
func importRows() map[string]produced {
	reading := func(content string, args ...string) produced {
		return func(o *workplace) told {
			return o.runs(append([]string{"import", o.file("tokens", content)}, args...)...)
		}
	}
	granted := func(keys map[string]any, args ...string) produced {
		return func(o *workplace) told {
			client, _ := o.client(account.Desktop)
			return o.runs(append([]string{"import", o.tokenFile(client, o.box.Authorize(client, o.who), keys)}, args...)...)
		}
	}
	return map[string]produced{
		"import-file-encrypted-gpg":    reading("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n"),
		"import-file-encrypted-age":    reading("age-encryption.org/v1\n-> X25519 x\n"),
		"import-file-is-client":        reading(ownClient),
		"import-file-damaged":          reading(`{"registration": "google",`),
		"import-file-unknown":          reading("set imap_user = office@example.com\n"),
		"import-without-refresh-token": granted(map[string]any{"registration": "google", "refresh_token": nil}),
		"import-value-wrong":           granted(map[string]any{"service": "google", "refresh_token": 7}),
		"import-not-google":            granted(map[string]any{"registration": "microsoft"}),
		"import-client-missing":        granted(map[string]any{"client_id": "", "client_secret": ""}),
		"import-of-another-account":    granted(map[string]any{"user": "boss@example.com"}, "--account", "sales@example.com"),
		"import-of-another-client": func(o *workplace) told {
			_, other := o.client(account.Desktop)
			return granted(nil, "--client-file", other)(o)
		},
		"import-account-not-known": func(o *workplace) told {
			client, _ := o.client(account.Desktop)
			refresh := o.box.Authorize(client, o.who, google.MailScope())
			o.use("gmail-api-off")
			return o.runs("import", o.tokenFile(client, refresh, nil))
		},
	}
}

// A token that is kept by import is as good as one of a consent, and the file
// is not touched.
func TestImportKeeps(t *testing.T) {
	o := newWorkplace(t)
	client, clientFile := o.client(account.Desktop)
	for name, c := range map[string]struct {
		keys  map[string]any
		args  []string
		scope string // what the token was asked for; empty: what we ask for
	}{
		"all in the file":              {map[string]any{"email": "sales@example.com", "registration": "google"}, nil, ""},
		"the token says whose it is":   {nil, nil, ""},
		"the mailbox says whose it is": {nil, nil, google.MailScope()},
		"the client in a file":         {map[string]any{"client_id": "", "client_secret": "", "user": "sales@example.com"}, []string{"--client-file", clientFile}, ""},
		"the secret in a file":         {map[string]any{"client_secret": ""}, []string{"--client-file", clientFile}, ""},
		"the account by a flag":        {nil, []string{"--account", "Sales@example.com"}, ""},
		"the client that is kept here": {map[string]any{"client_id": "", "client_secret": "", "user": "sales@example.com"}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "the client that is kept here" {
				if code, _, stderr := o.run("authorize", o.who, "--client-file", clientFile); code != 0 {
					t.Fatal(stderr)
				}
			} else if err := os.RemoveAll(o.env["HOME"]); err != nil {
				t.Fatal(err)
			}
			refresh := o.box.Authorize(client, o.who, strings.Fields(c.scope)...)
			file := o.tokenFile(client, refresh, c.keys)
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if code, out, stderr := o.run(append([]string{"import", file}, c.args...)...); code != 0 || out != "" {
				t.Fatalf("import: exit %d\n%s%s", code, out, stderr)
			}
			acct, creds := o.kept(o.who)
			if !acct.Grant.Adopted || acct.ClientID != client.ID || !creds.Token.Refresh.Equal(refresh) || !creds.ClientSecret.Equal(client.Secret) {
				t.Errorf("kept: %+v", acct)
			}
			if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
				t.Errorf("the file was changed: %v", err)
			}
			if code, _, stderr := o.run("verify", o.who, "--protocol", "imap"); code != 0 {
				t.Errorf("verify: exit %d\n%s", code, stderr)
			}
		})
	}
}

// A dump of pizauth holds several accounts: each is taken over, also after one
// of them was refused.
func TestImportTakesADumpOfPizauth(t *testing.T) {
	o := newWorkplace(t)
	client, _ := o.client(account.Desktop)
	of := func(name, hint, who string) adopttest.Account {
		return adopttest.Account{Name: name, LoginHint: hint, ClientID: client.ID, ClientSecret: client.Secret.Reveal(), Scope: google.MailScope(),
			TokenURI: google.Gmail().TokenEndpoint, Active: true, RefreshToken: o.box.Authorize(client, who, google.MailScope()).Reveal()}
	}
	accounts := []adopttest.Account{of("work", "office@example.com", "office@example.com"), of("sales@example.com", "", "sales@example.com"), of("desk", "", "desk@example.com")}
	dump := func(list ...adopttest.Account) string {
		return o.file("pizauth.dump", string(adopttest.Dump(1, list...)))
	}

	if code, _, stderr := o.run("import", dump(accounts...)); code != 0 || strings.Count(stderr, "taken over from pizauth") != 3 {
		t.Fatalf("import: exit %d\n%s", code, stderr)
	}
	for _, email := range []string{"office@example.com", "sales@example.com", "desk@example.com"} {
		o.kept(email)
	}

	o.box.Withdraw("office@example.com")
	if err := os.RemoveAll(o.env["HOME"]); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := o.run("import", dump(accounts...))
	if code != 4 || strings.Count(stderr, "taken over from pizauth") != 2 || strings.Count(stderr, "error: ") != 1 {
		t.Errorf("import with a dead token among others: exit %d\n%s", code, stderr)
	}
	o.kept("sales@example.com")

	if err := os.RemoveAll(o.env["HOME"]); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := o.run("import", dump(accounts...), "--account", "sales@example.com"); code != 0 || strings.Count(stderr, "taken over") != 1 {
		t.Errorf("import --account: exit %d\n%s", code, stderr)
	}
	if code, _, stderr := o.run("import", dump(accounts...), "--account", "other@example.com"); code != 2 {
		t.Errorf("import --account of another: exit %d\n%s", code, stderr)
	}
}
