// Package federation gets an access token for Google Cloud on the word of
// somebody else whom Google was told to trust: a CI server, a cluster, another
// cloud. That is workload identity federation. What vouches for us is a subject
// token; a security token service trades it for a token of Google's, and that is
// traded, where the file says so, for one of a service account.
//
// Which subject token, and what it is good for, stands in a credential
// configuration file, as gcloud iam workload-identity-pools create-cred-config
// writes it. Such a file comes from elsewhere and names addresses: no token is
// sent to one that is not the provider's. Nothing is kept.
package federation

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2/google/externalaccount"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

// File is a credential configuration file that was read.
type File struct {
	// ServiceAccount is the address of the service account as which the token
	// acts; empty: it acts as what the subject token says.
	ServiceAccount string

	name   string
	source source
	conf   externalaccount.Config
}

// wire is the file's shape.
// Source: google.aip.dev/auth/4117; x/oauth2 google.go, credentialsFile (seen 2026-11-21).
type wire struct {
	Type             string `json:"type"`
	Audience         string `json:"audience"`
	SubjectTokenType string `json:"subject_token_type"`
	TokenURL         string `json:"token_url"`
	Impersonation    string `json:"service_account_impersonation_url"`
	Lifetime         struct {
		Seconds int `json:"token_lifetime_seconds"`
	} `json:"service_account_impersonation"`
	ClientID     string  `json:"client_id"`
	ClientSecret string  `json:"client_secret"`
	UserProject  string  `json:"workforce_pool_user_project"`
	Source       *source `json:"credential_source"`
}

// Read reads a credential configuration file; name is the file's, for messages.
// Its endpoints are held against those of the provider. Every refusal is a
// *diagnosis.Symptom at client; nothing secret of what stands in the file is
// repeated.
func Read(data []byte, name string, provider google.Provider) (File, error) {
	refuse := func(code string, pairs ...string) (File, error) {
		return File{}, refusal(code, append(pairs, "file", name)...)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var kind struct {
		Type string `json:"type"`
	}
	if !json.Valid(data) {
		return refuse("not-an-identity-file", "kind", "not JSON")
	}
	if json.Unmarshal(data, &kind) != nil || kind.Type != "external_account" {
		return refuse("not-an-identity-file", "kind", known(kind.Type))
	}
	var w wire
	if json.Unmarshal(data, &w) != nil {
		return refuse("identity-file-damaged", "key", "credential_source")
	}
	for _, must := range [][2]string{{"audience", w.Audience}, {"subject_token_type", w.SubjectTokenType}} {
		if strings.TrimSpace(must[1]) == "" {
			return refuse("identity-file-damaged", "key", must[0])
		}
	}
	if w.Source == nil {
		return refuse("identity-file-damaged", "key", "credential_source")
	}
	f := File{name: name, source: *w.Source, conf: externalaccount.Config{Audience: w.Audience, SubjectTokenType: w.SubjectTokenType,
		TokenURL: cmp.Or(w.TokenURL, provider.STSEndpoint+"/v1/token"), ServiceAccountImpersonationURL: w.Impersonation,
		ServiceAccountImpersonationLifetimeSeconds: w.Lifetime.Seconds, ClientID: w.ClientID, ClientSecret: w.ClientSecret,
		WorkforcePoolUserProject: w.UserProject, Scopes: []string{google.Known().Scopes["cloud-platform"].Value}}}
	if !isOf(f.conf.TokenURL, provider.STSEndpoint) {
		return refuse("identity-file-elsewhere", "key", "token_url", "host", hostOf(f.conf.TokenURL), "wanted", hostOf(provider.STSEndpoint))
	}
	if w.Impersonation != "" {
		if !isOf(w.Impersonation, provider.IAMCredentialsEndpoint) {
			return refuse("identity-file-elsewhere", "key", "service_account_impersonation_url", "host", hostOf(w.Impersonation), "wanted", hostOf(provider.IAMCredentialsEndpoint))
		}
		if f.ServiceAccount = impersonated(w.Impersonation); f.ServiceAccount == "" {
			return refuse("identity-file-damaged", "key", "service_account_impersonation_url")
		}
	}
	return f, f.source.check(name)
}

// refusal is a Symptom of a file.
func refusal(code string, pairs ...string) *diagnosis.Symptom {
	return (&diagnosis.Symptom{Where: diagnosis.AtClient, Code: code}).With(pairs...)
}

// known repeats the type of another of Google's files, and nothing else.
func known(kind string) string {
	if slices.Contains([]string{"service_account", "authorized_user", "impersonated_service_account", "external_account_authorized_user", "gdch_service_account"}, kind) {
		return kind
	}
	return "another file"
}

// impersonated is the service account that an address of generateAccessToken
// names; empty if it is not such an address.
func impersonated(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	path, ok := strings.CutSuffix(u.Path, ":generateAccessToken")
	_, email, found := strings.Cut(path, "/serviceAccounts/")
	if !ok || !found || !strings.Contains(email, "@") || strings.Contains(email, "/") {
		return ""
	}
	return strings.ToLower(email)
}

// isOf reports whether an address is the provider's: at the host of its endpoint,
// or at another name of the same service in the same domain, which has the
// service's name as a word of its own (regional, private and mutual TLS
// endpoints have).
func isOf(address, endpoint string) bool {
	u, err := url.Parse(address)
	own, ownErr := url.Parse(endpoint)
	if err != nil || ownErr != nil || own.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != own.Scheme {
		return false
	}
	if strings.EqualFold(u.Host, own.Host) {
		return true
	}
	service, domain, _ := strings.Cut(strings.ToLower(own.Host), ".")
	name, below := strings.CutSuffix(strings.ToLower(u.Host), "."+domain)
	if !below || net.ParseIP(own.Hostname()) != nil || !strings.Contains(domain, ".") {
		return false
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '-' })
	return slices.Contains(words, service)
}

// hostOf is the host of an address, if it looks like one.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(u.Host) > 100 {
		return ""
	}
	return u.Host
}
