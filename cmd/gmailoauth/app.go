package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"sync"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/words"
)

// app is the outside world: all that a command may touch beyond its flags.
// main fills it with the real one, tests with the sandbox. What costs time is a
// function, so that a command pays only for what it uses.
type app struct {
	term        *terminal.Terminal
	now         func() time.Time
	lookupEnv   func(string) (string, bool)
	openBrowser func(ctx context.Context, address string, env terminal.Env) error
	hide        *secret.Redactor // every secret that was read; cleans all that is written

	pause func(ctx context.Context, d time.Duration) bool // waits, and says whether to go on; nil: by the real clock

	program func() string // where we are, for others who are to call us; nil: found by name

	web *http.Client // looks at pages of the admin's own applications; nil: one of our own

	flags common

	unlocks bool    // the command may ask for the passphrase of an age identity
	trace   *tracer // nil without -v and --trace

	wished     string       // the language of --lang, also while flags are being read
	sharedHTTP *http.Client // of a command that renews many tokens; see shareHTTP
	delegates  delegates    // keys of service accounts, read once

	once struct {
		words     sync.Once
		provider  sync.Once
		catalogue sync.Once
	}
	said      *words.Words
	explained *diagnosis.Catalogue
	provided  google.Provider
	failed    error
}

// common are the flags that every command takes.
type common struct {
	lang, provider, store, trace string
	timeout                      time.Duration
	noInput, noColor, accessible bool
	verbose                      bool
	format                       string // set by the commands that have --format
}

func (a *app) env(name string) string {
	value, _ := a.lookupEnv(name)
	return value
}

// words are the sentences of the admin's language.
func (a *app) words() *words.Words {
	a.once.words.Do(func() {
		w, err := words.Load(words.Pick(a.flags.lang, a.wished, a.env("LC_ALL"), a.env("LC_MESSAGES"), a.env("LANG")))
		if err != nil {
			panic(err) // embedded, and read by a test
		}
		a.said = w
	})
	return a.said
}

// provider is Google, or what --provider says.
func (a *app) provider() (google.Provider, error) {
	a.once.provider.Do(func() {
		if a.flags.provider == "" {
			a.provided = google.Gmail()
			return
		}
		data, err := os.ReadFile(a.flags.provider)
		if err != nil {
			a.failed = &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "unreadable-file", Err: err,
				Facts: map[string]string{"file": a.flags.provider, "flag": "--provider"}}
			return
		}
		a.provided, a.failed = google.ReadProvider(data, a.flags.provider)
	})
	return a.provided, a.failed
}

// tlsConfig trusts the system's roots and the provider's own, TLS 1.2 and up.
func (a *app) tlsConfig() (*tls.Config, error) {
	p, err := a.provider()
	if err != nil {
		return nil, err
	}
	if shared, ok := a.sharedTLS(); ok {
		return shared, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if p.CAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(p.CAFile)
	if err == nil {
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			config.RootCAs = x509.NewCertPool()
			err = nil
		}
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			err = errors.New("no certificate in it")
		}
	}
	if err != nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtProvider, Code: "ca-file", Err: err,
			Facts: map[string]string{"file": a.flags.provider, "ca_file": p.CAFile}}
	}
	return config, nil
}

// httpClient talks to the provider. It has no timeout of its own: calls carry
// one in their context. Redirects are not followed: no endpoint of ours has one.
func (a *app) httpClient() (*http.Client, error) {
	if a.sharedHTTP != nil {
		return a.sharedHTTP, nil
	}
	return a.newHTTPClient()
}

// maxHeader is how much of an answer's header is read, in bytes. Google's have one
// or two thousand.
const maxHeader = 64 << 10

func (a *app) newHTTPClient() (*http.Client, error) {
	config, err := a.tlsConfig()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		TLSClientConfig:        config.Clone(), // it is changed for HTTP/2
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    16,
		MaxResponseHeaderBytes: maxHeader,
		ResponseHeaderTimeout:  a.flags.timeout,
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if a.trace != nil {
		client.Transport = tracedHTTP{transport, a.trace}
	}
	return client, nil
}

// paths are the folders that are ours.
func (a *app) paths() (store.Paths, error) { return ownFolders(a.env) }
