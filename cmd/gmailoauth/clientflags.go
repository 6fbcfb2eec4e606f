package main

import (
	"bytes"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// clientFlags are the flags by which a client, and a token made elsewhere, are
// given. Secrets come from files, stdin or variables, never from a flag's value.
type clientFlags struct {
	file, id, secretFile, refreshFile string
	stdin                             string // the flag that took stdin
}

func (c *clientFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.file, "client-file", "", "JSON of the OAuth client as Google's console downloads it (- for stdin)")
	f.StringVar(&c.id, "client-id", "", "client ID, in place of --client-file")
	f.StringVar(&c.secretFile, "client-secret-file", "", "file with the client secret (- for stdin)")
}

func (c *clientFlags) addRefresh(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.refreshFile, "refresh-token-file", "", "file with a refresh token made elsewhere: adopt it and ask for no consent (- for stdin)")
}

// clientFromFlags gives the client that flags and variables describe, and
// whether they describe one. A flag wins over a variable; a file and an ID of
// the same origin must agree.
func (a *app) clientFromFlags(c *clientFlags) (client account.Client, given bool, err error) {
	fileByVariable := c.file == a.env("GMAILOAUTH_CLIENT_FILE") // prepare has put variables into flags
	idByVariable := c.id == a.env("GMAILOAUTH_CLIENT_ID")
	useFile := c.file != "" && (c.id == "" || !fileByVariable || idByVariable)
	if useFile {
		data, err := a.readInput(c, "--client-file", c.file)
		if err != nil {
			return account.Client{}, false, err
		}
		if client, err = account.ReadClient(data, c.file); err != nil {
			return account.Client{}, false, err
		}
		a.hide.Hide(client.Secret)
		if c.id != "" && c.id != client.ID && fileByVariable == idByVariable {
			return account.Client{}, false, inputSymptom("client-ids-differ", "file", c.file, "flag", "--client-id")
		}
		return client, true, nil
	}
	clientSecret, err := a.secretFromFlags(c, "--client-secret-file", c.secretFile, "GMAILOAUTH_CLIENT_SECRET")
	switch {
	case err != nil:
		return account.Client{}, false, err
	case c.id == "" && clientSecret.IsZero():
		return account.Client{}, false, nil
	case c.id == "":
		return account.Client{}, false, inputSymptom("missing-flag", "flags", "--client-id")
	case clientSecret.IsZero():
		return account.Client{}, false, inputSymptom("missing-flag", "flags", "--client-secret-file")
	}
	return account.Client{ID: c.id, Secret: clientSecret}, true, nil
}

// refreshFromFlags gives a refresh token made elsewhere, or the zero Text.
func (a *app) refreshFromFlags(c *clientFlags) (secret.Text, error) {
	return a.secretFromFlags(c, "--refresh-token-file", c.refreshFile, "GMAILOAUTH_REFRESH_TOKEN")
}

// secretFromFlags reads a secret from the file of a flag, or else from its
// variable. The _FILE form of the variable has become the flag: see prepare.
func (a *app) secretFromFlags(c *clientFlags, flag, path, variable string) (secret.Text, error) {
	if path == "" {
		text, err := store.EnvSecret(a.lookupEnv, variable)
		a.hide.Hide(text)
		return text, err
	}
	data, err := a.readInput(c, flag, path)
	if err != nil {
		return secret.Text{}, err
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	a.hide.Hide(secret.New(string(text)))
	if len(text) == 0 || len(text) > maxSecret || bytes.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return secret.Text{}, inputSymptom("not-one-secret", "file", path, "flag", flag)
	}
	return secret.New(string(text)), nil
}

// Bounds of what is read, in bytes; real ones are far smaller.
const (
	maxSecret = 64 << 10
	maxInput  = 2 << 20
)

// readInput reads the file of a flag; "-" is stdin, which only one flag can have.
func (a *app) readInput(c *clientFlags, flag, path string) ([]byte, error) {
	in := a.term.In
	if path == "-" {
		if c.stdin != "" && c.stdin != flag {
			return nil, inputSymptom("stdin-twice", "flag", flag, "other", c.stdin)
		}
		c.stdin = flag
	} else {
		file, err := os.Open(path)
		if err != nil {
			return nil, unreadable(flag, path, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInput))
	if err != nil {
		return nil, unreadable(flag, path, err)
	}
	return data, nil
}

func unreadable(flag, path string, err error) *diagnosis.Symptom {
	symptom := inputSymptom("unreadable-file", "file", path, "flag", flag)
	symptom.Err = err
	return symptom
}
