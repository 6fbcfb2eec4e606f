package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// The variables that take the place of what is on disk. A secret's variable may
// be given as NAME_FILE, the path of a file that holds it; NAME itself wins.
const (
	envAccount  = "GMAILOAUTH_ACCOUNT"
	envClientID = "GMAILOAUTH_CLIENT_ID"
	envSecret   = "GMAILOAUTH_CLIENT_SECRET"
	envRefresh  = "GMAILOAUTH_REFRESH_TOKEN"
)

// EnvAccount gives the account that the four variables describe, and whether
// all of them are set: then nothing on disk is needed. It reads no file.
func EnvAccount(env func(string) (string, bool)) (account.Account, bool) {
	email, id := value(env, envAccount), value(env, envClientID)
	if email == "" || strings.ContainsAny(email, ", ") || id == "" || !given(env, envSecret) || !given(env, envRefresh) {
		return account.Account{}, false // two mailboxes have no one refresh token
	}
	return account.Account{Email: email, ClientID: id, Store: Env, Grant: account.Grant{ClientID: id, Adopted: true}}, true
}

// EnvSecret reads a secret from a variable, or from the file that its _FILE
// form names, without the newline at its end. The zero Text: neither is set.
func EnvSecret(env func(string) (string, bool), name string) (secret.Text, error) {
	if text := value(env, name); text != "" {
		return secret.New(text), nil
	}
	file := value(env, name+"_FILE")
	if file == "" {
		return secret.Text{}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return secret.Text{}, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "unreadable-secret-file", Err: err,
			Facts: map[string]string{"file": file, "variable": name + "_FILE"}}
	}
	text := bytes.TrimSpace(data)
	if len(text) == 0 || bytes.ContainsAny(text, "\x00\r\n") || len(text) > 64<<10 {
		return secret.Text{}, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "not-one-secret",
			Facts: map[string]string{"file": file, "variable": name + "_FILE"}}
	}
	return secret.New(string(text)), nil
}

func value(env func(string) (string, bool), name string) string {
	text, _ := env(name)
	return strings.TrimSpace(text)
}

func given(env func(string) (string, bool), name string) bool {
	return value(env, name) != "" || value(env, name+"_FILE") != ""
}

// envSecrets are the secrets of one account in variables. What is put is kept
// for this process alone.
type envSecrets struct {
	env func(string) (string, bool)

	mu      sync.Mutex
	renewed map[string]account.Credentials
	locks   map[string]chan struct{}
}

func newEnvSecrets(env func(string) (string, bool)) *envSecrets {
	return &envSecrets{env: env, renewed: map[string]account.Credentials{}, locks: map[string]chan struct{}{}}
}

// Get is that of [Secrets].
func (s *envSecrets) Get(_ context.Context, email string) (account.Credentials, error) {
	s.mu.Lock()
	renewed, ok := s.renewed[fileName(email)]
	s.mu.Unlock()
	if ok {
		return renewed, nil
	}
	if !same(value(s.env, envAccount), email) || email == "" {
		return account.Credentials{}, fmt.Errorf("secrets of %s in variables: %w", email, ErrNotFound)
	}
	clientSecret, err := EnvSecret(s.env, envSecret)
	if err != nil {
		return account.Credentials{}, err
	}
	refresh, err := EnvSecret(s.env, envRefresh)
	if err != nil {
		return account.Credentials{}, err
	}
	var missing []string
	if clientSecret.IsZero() {
		missing = append(missing, envSecret)
	}
	if refresh.IsZero() {
		missing = append(missing, envRefresh)
	}
	if len(missing) > 0 {
		return account.Credentials{}, MissingVariables(missing...)
	}
	return account.Credentials{ClientSecret: clientSecret, Token: account.Token{Refresh: refresh}}, nil
}

// MissingVariables is the Symptom of the store "env" when variables are not set.
func MissingVariables(names ...string) error {
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "missing-variables",
		Facts: map[string]string{"keys": strings.Join(names, ", ")}}
}

// MissingFromEnv lists the variables that EnvAccount misses.
func MissingFromEnv(env func(string) (string, bool)) []string {
	var missing []string
	for _, name := range []string{envAccount, envClientID, envSecret, envRefresh} {
		if !given(env, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// Put is that of [Secrets].
func (s *envSecrets) Put(_ context.Context, email string, credentials account.Credentials) error {
	if email == "" || !same(value(s.env, envAccount), email) {
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "env-read-only", Facts: map[string]string{"account": email}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	credentials.Token.IDToken = secret.Text{}
	s.renewed[fileName(email)] = credentials
	return nil
}

// Delete cannot unset what somebody else set.
func (s *envSecrets) Delete(_ context.Context, email string) error {
	if _, err := s.Get(context.Background(), email); errors.Is(err, ErrNotFound) {
		return nil
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "env-read-only", Facts: map[string]string{"account": email}}
}

// Lock excludes the goroutines of this process: no other has our memory.
func (s *envSecrets) Lock(ctx context.Context, email string) (func(), error) {
	if ctx.Err() != nil {
		return nil, lockTimeout(ctx, email, "")
	}
	s.mu.Lock()
	held, ok := s.locks[fileName(email)]
	if !ok {
		held = make(chan struct{}, 1)
		s.locks[fileName(email)] = held
	}
	s.mu.Unlock()
	select {
	case held <- struct{}{}:
		return sync.OnceFunc(func() { <-held }), nil
	case <-ctx.Done():
		return nil, lockTimeout(ctx, email, "")
	}
}
