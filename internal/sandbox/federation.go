package sandbox

import (
	"encoding/json"
	"time"

	"gmailoauth/internal/sandbox/authserver"
	"gmailoauth/internal/secret"
)

// SubjectToken is what a CI server or a cluster says of a job: good for the
// sandbox's security token service as long as it lives. Another audience than the
// empty one is refused there.
func (s *Sandbox) SubjectToken(audience string, life time.Duration) (secret.Text, error) {
	return s.auth.SubjectToken(audience, life)
}

// SubjectFromFile is a credential_source: the subject token stands in a file.
func SubjectFromFile(path string) map[string]any { return map[string]any{"file": path} }

// SubjectFromURL is a credential_source: the subject token is asked for, as a job
// of GitHub Actions asks for its own.
func (s *Sandbox) SubjectFromURL() map[string]any {
	return map[string]any{"url": s.provider.STSEndpoint + "/subject-token?api-version=2.0", "headers": map[string]string{"Authorization": "Bearer " + authserver.RequestToken().Reveal()},
		"format": map[string]string{"type": "json", "subject_token_field_name": "value"}}
}

// CredentialsJSON is a credential configuration file as gcloud writes it, whose
// subject token is to be had at source. With a service account it acts as that.
func (s *Sandbox) CredentialsJSON(source map[string]any, serviceAccount string) []byte {
	file := map[string]any{"type": "external_account", "universe_domain": "googleapis.com", "audience": authserver.PoolProvider(),
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": s.provider.STSEndpoint + "/v1/token", "credential_source": source}
	if serviceAccount != "" {
		file["service_account_impersonation_url"] = s.provider.IAMCredentialsEndpoint + "/v1/projects/-/serviceAccounts/" + serviceAccount + ":generateAccessToken"
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		panic(err) // texts only
	}
	return append(text, '\n')
}
