package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"
	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// providerFile is the shape of a provider file.
type providerFile struct {
	Name          string          `yaml:"name"`
	Issuer        string          `yaml:"issuer"`
	Authorization string          `yaml:"authorization_endpoint"`
	Token         string          `yaml:"token_endpoint"`
	Revocation    string          `yaml:"revocation_endpoint"`
	Userinfo      string          `yaml:"userinfo_endpoint"`
	Tokeninfo     string          `yaml:"tokeninfo_endpoint"`
	Resources     string          `yaml:"resource_manager_endpoint"`
	Services      string          `yaml:"service_usage_endpoint"`
	GmailAPI      string          `yaml:"gmail_endpoint"`
	IAM           string          `yaml:"iam_endpoint"`
	Credentials   string          `yaml:"iam_credentials_endpoint"`
	STS           string          `yaml:"sts_endpoint"`
	Scopes        []string        `yaml:"scopes,flow"`
	IMAP          *google.Server  `yaml:"imap,flow"`
	SMTP          []google.Server `yaml:"smtp,flow"`
	POP3          *google.Server  `yaml:"pop3,flow"`
	CAFile        string          `yaml:"ca_file"`
}

func inYAML(p google.Provider, caFile string) ([]byte, error) {
	var file bytes.Buffer
	encoder := yaml.NewEncoder(&file)
	encoder.SetIndent(2)
	err := encoder.Encode(providerFile{
		Name: p.Name, Issuer: p.Issuer, Authorization: p.AuthorizationEndpoint, Token: p.TokenEndpoint,
		Revocation: p.RevocationEndpoint, Userinfo: p.UserinfoEndpoint, Tokeninfo: p.TokeninfoEndpoint,
		Resources: p.ResourceManagerEndpoint, Services: p.ServiceUsageEndpoint, GmailAPI: p.GmailEndpoint,
		IAM: p.IAMEndpoint, Credentials: p.IAMCredentialsEndpoint, STS: p.STSEndpoint,
		Scopes: p.Scopes, IMAP: p.IMAP, SMTP: p.SMTP, POP3: p.POP3, CAFile: caFile,
	})
	if err != nil {
		return nil, fmt.Errorf("write the provider file: %w", err)
	}
	return file.Bytes(), nil
}

// writeFiles puts ca.pem and provider.yaml into the sandbox's folder. The
// folder may be moved: ca_file is relative.
func (s *Sandbox) writeFiles() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	file, err := inYAML(s.provider, caName)
	if err != nil {
		return err
	}
	if err := maybe.WriteFile(s.provider.CAFile, s.ca.pem(), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", caName, err)
	}
	if err := maybe.WriteFile(s.ProviderFile(), file, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", providerName, err)
	}
	if err := maybe.WriteFile(s.CloudTokenFile(), []byte(s.cloudToken.Reveal()+"\n"), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", cloudTokenName, err)
	}
	return nil
}

const (
	caName         = "ca.pem"
	providerName   = "provider.yaml"
	cloudTokenName = "gcp-token"
)

// CloudTokenFile is the path of a file with a token that may make projects and
// switch services on, as gcloud auth print-access-token prints one at Google. It
// lives for an hour.
func (s *Sandbox) CloudTokenFile() string { return filepath.Join(s.dir, cloudTokenName) }

// CloudToken is what is in that file.
func (s *Sandbox) CloudToken() secret.Text { return s.cloudToken }

// ProviderFile is the path of the provider file.
func (s *Sandbox) ProviderFile() string { return filepath.Join(s.dir, providerName) }

// ProviderYAML is a provider file that may lie anywhere: its ca_file is absolute.
func (s *Sandbox) ProviderYAML() []byte {
	file, err := inYAML(s.provider, s.provider.CAFile)
	if err != nil {
		panic(err) // Start has written the same
	}
	return file
}
