package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/federation"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// The variables by which a sign-in to Google Cloud is found that was not given by
// a flag: an access token (also with _FILE), a credential configuration file of
// ours, and that of all of Google's tools.
const (
	gcpToken               = "GMAILOAUTH_GCP_TOKEN"
	credentialsVariable    = "GMAILOAUTH_CREDENTIALS_FILE"
	applicationCredentials = "GOOGLE_APPLICATION_CREDENTIALS"
)

// signInFlags say as whom Google Cloud is asked to sign where there is no key.
type signInFlags struct{ gcpTokenFile, credentialsFile string }

func (s *signInFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.gcpTokenFile, "gcp-token-file", "", "file with an access token for Google Cloud, in place of gcloud's (- for stdin)")
	addCredentialsFile(cmd, &s.credentialsFile)
}

func addCredentialsFile(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "credentials-file", "", "credential configuration of workload identity federation, in place of gcloud's sign-in")
}

// signIn settles as whom Google Cloud is asked, for the length of a command: an
// explicit flag wins over a variable, and a token over a file from which one is
// to be made.
func (a *app) signIn(s signInFlags, files *clientFlags) error {
	fileByFlag := s.credentialsFile != "" && s.credentialsFile != a.env(credentialsVariable)
	tokenByFlag := s.gcpTokenFile != "" && s.gcpTokenFile != a.env(gcpToken+"_FILE")
	if fileByFlag && tokenByFlag {
		return inputSymptom("flags-exclude", "flag", "--gcp-token-file", "other", "--credentials-file", "flags", "--gcp-token-file, --credentials-file")
	}
	a.delegates.mu.Lock()
	defer a.delegates.mu.Unlock()
	if fileByFlag {
		a.delegates.credentialsFile, a.delegates.credentialsFlag = s.credentialsFile, "--credentials-file"
	}
	if !tokenByFlag {
		return nil // a variable is read when it is needed
	}
	token, err := a.secretFromFlags(files, "--gcp-token-file", s.gcpTokenFile, gcpToken)
	a.delegates.cloud = token
	return err
}

// almostOver is what an access token for Google Cloud must still live to be used.
// One that was traded for a subject token may live for few minutes.
const almostOver = 30 * time.Second

// federated gives an access token on the word of a CI server or a cluster, if a
// file says how to get one. The caller holds the lock of delegates.
func (a *app) federated(ctx context.Context) (secret.Text, error) {
	d := &a.delegates
	if d.identity == nil {
		identity, err := a.readIdentity(d.credentialsFile, d.credentialsFlag)
		if err != nil || identity == nil {
			return secret.Text{}, err
		}
		d.identity = identity
	}
	client, err := a.httpClient()
	if err != nil {
		return secret.Text{}, err
	}
	defer client.CloseIdleConnections()
	exchange := federation.Exchange{HTTP: client, Timeout: a.flags.timeout, Hide: a.hide.Hide}
	token, ends, err := exchange.Token(ctx, *d.identity)
	d.cloudEnds = ends
	return token, err
}

// readIdentity reads the credential configuration file that was given, else that
// of GOOGLE_APPLICATION_CREDENTIALS; nil if there is none. Another file of
// Google's in that variable is for other tools.
func (a *app) readIdentity(path, flag string) (*federation.File, error) {
	path = cmp.Or(path, a.env(credentialsVariable))
	found := path == ""
	if found {
		path, flag = a.env(applicationCredentials), applicationCredentials
	}
	if path == "" {
		return nil, nil
	}
	flag = cmp.Or(flag, credentialsVariable)
	data, err := readBounded(path)
	if err != nil {
		return nil, unreadable(flag, path, err)
	}
	var kind struct {
		Type string `json:"type"`
	}
	if found && (json.Unmarshal(data, &kind) != nil || kind.Type != "external_account") {
		return nil, nil
	}
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	gmail := google.Gmail()
	provider.STSEndpoint = cmp.Or(provider.STSEndpoint, gmail.STSEndpoint)
	provider.IAMCredentialsEndpoint = cmp.Or(provider.IAMCredentialsEndpoint, gmail.IAMCredentialsEndpoint)
	identity, err := federation.Read(data, path, provider)
	if err != nil {
		return nil, err
	}
	return &identity, nil
}

// identityAccount is the service account as which the credential configuration
// file acts, if there is such a file and it names one. A file of other tools that
// cannot be read is none until somebody has to sign in with it.
func (a *app) identityAccount() (string, error) {
	a.delegates.mu.Lock()
	defer a.delegates.mu.Unlock()
	d := &a.delegates
	if d.identity == nil {
		identity, err := a.readIdentity(d.credentialsFile, d.credentialsFlag)
		if err != nil && d.credentialsFile == "" && a.env(credentialsVariable) == "" {
			return "", nil
		}
		if err != nil || identity == nil {
			return "", err
		}
		d.identity = identity
	}
	return d.identity.ServiceAccount, nil
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxInput {
		return nil, errors.New("too large")
	}
	return os.ReadFile(path)
}

// noSignIn is what is said when nobody is signed in to Google Cloud.
func noSignIn() *diagnosis.Symptom {
	return inputSymptom("keyless-without-sign-in", "flag", "--gcp-token-file", "variable", gcpToken)
}
