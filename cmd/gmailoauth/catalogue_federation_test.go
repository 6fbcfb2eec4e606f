package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
)

// subject writes a subject token as a cluster projects it into a container.
func (o *workplace) subject(audience string, life time.Duration) (file string) {
	o.t.Helper()
	token, err := o.box.SubjectToken(audience, life)
	must(o.t, err)
	file = filepath.Join(o.t.TempDir(), "token")
	o.write(file, token.Reveal())
	return file
}

// credentials writes a credential configuration file as gcloud makes it, and
// changes it before.
func (o *workplace) credentials(source map[string]any, serviceAccount string, change ...func(map[string]any)) (file string) {
	o.t.Helper()
	var config map[string]any
	must(o.t, json.Unmarshal(o.box.CredentialsJSON(source, serviceAccount), &config))
	for _, c := range change {
		c(config)
	}
	text, err := json.Marshal(config)
	must(o.t, err)
	file = filepath.Join(o.t.TempDir(), "credentials.json")
	o.write(file, string(text))
	return file
}

// federates has a mailbox opened on the word of a cluster.
func (o *workplace) federates(file string, args ...string) told {
	o.t.Helper()
	email, _ := o.box.NewServiceAccount("my-mail-123", "mail-delegate", sandbox.AllDelegated()...)
	return o.delegates(append([]string{"--service-account", email, "--credentials-file", file}, args...)...)
}

// playFederation runs what meets a scenario of federation.
func (o *workplace) playFederation(scenarios ...scenario.Scenario) told {
	o.t.Helper()
	o.box.Scenarios().Use(scenarios...)
	email, _ := o.box.NewServiceAccount("my-mail-123", "mail-delegate", sandbox.AllDelegated()...)
	switch scenarios[0].Effects[0].At {
	case scenario.FederationSubject:
		return o.federates(o.credentials(o.box.SubjectFromURL(), ""))
	case scenario.FederationImpersonate:
		return o.federates(o.credentials(sandbox.SubjectFromFile(o.subject("", time.Hour)), email))
	}
	return o.federates(o.credentials(sandbox.SubjectFromFile(o.subject("", time.Hour)), ""))
}

func federationRows() map[string]produced {
	source := func(source map[string]any) produced {
		return func(o *workplace) told { return o.federates(o.credentials(source, "")) }
	}
	changed := func(change func(map[string]any)) produced {
		return func(o *workplace) told {
			return o.federates(o.credentials(sandbox.SubjectFromFile(o.subject("", time.Hour)), "", change))
		}
	}
	return map[string]produced{
		"identity-file-wrong": func(o *workplace) told {
			_, key := o.serviceKey(sandbox.AllDelegated()...)
			return o.federates(key)
		},
		"identity-file-damaged":      changed(func(c map[string]any) { delete(c, "audience") }),
		"identity-file-elsewhere":    changed(func(c map[string]any) { c["token_url"] = "https://sts.example.org/v1/token" }),
		"identity-source-executable": source(map[string]any{"executable": map[string]string{"command": "/usr/bin/id"}}),
		"identity-source-aws":        source(map[string]any{"environment_id": "aws1", "regional_cred_verification_url": "https://sts.example.com"}),
		"identity-source-unknown":    source(map[string]any{"certificate": map[string]any{"use_default_certificate_config": true}}),
		"identity-source-plain":      source(map[string]any{"url": "http://ci.example.com/token"}),
		"subject-token-unreadable":   source(map[string]any{"file": "/nowhere/token"}),
		"subject-token-unusable": func(o *workplace) told {
			empty := filepath.Join(o.t.TempDir(), "token")
			o.write(empty, "\n")
			return o.federates(o.credentials(sandbox.SubjectFromFile(empty), ""))
		},
	}
}

// A mailbox is opened without a key and without gcloud: on the word of a cluster
// (a file) or of a CI server (an address), directly or as the service account.
func TestFederation(t *testing.T) {
	for name, c := range map[string]struct {
		impersonate bool
		source      func(*workplace) map[string]any
		how         func(*workplace, string, string) []string
	}{
		"a file":                         {source: fromFile, how: byFlag},
		"a file, as the service account": {impersonate: true, source: fromFile, how: byFlag},
		"a file in JSON": {source: func(o *workplace) map[string]any {
			token, err := o.box.SubjectToken("", time.Hour)
			must(o.t, err)
			file := filepath.Join(o.t.TempDir(), "token.json")
			o.write(file, `{"kind": "token", "id_token": "`+token.Reveal()+`"}`)
			return map[string]any{"file": file, "format": map[string]string{"type": "json", "subject_token_field_name": "id_token"}}
		}, how: byFlag},
		"an address":                         {source: fromURL, how: byFlag},
		"an address, as the service account": {impersonate: true, source: fromURL, how: byFlag},
		"a variable of ours": {source: fromFile, how: func(o *workplace, file, email string) []string {
			o.env[credentialsVariable] = file
			return []string{"--service-account", email}
		}},
		"the variable of Google's tools": {source: fromFile, how: func(o *workplace, file, email string) []string {
			o.env[applicationCredentials] = file
			return []string{"--service-account", email}
		}},
		"nothing but the file, which names the service account": {impersonate: true, source: fromFile, how: func(_ *workplace, file, _ string) []string {
			return []string{"--credentials-file", file}
		}},
		"a flag wins over a token in a variable": {source: fromFile, how: func(o *workplace, file, email string) []string {
			o.env[gcpToken] = "ya29.dead"
			return byFlag(o, file, email)
		}},
		"a token wins over the variable of Google's tools": {source: fromFile, how: func(o *workplace, _, email string) []string {
			o.env[applicationCredentials] = "/nowhere/credentials.json"
			o.env[gcpToken] = o.box.CloudToken().Reveal()
			return []string{"--service-account", email}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newWorkplace(t)
			o.env["PATH"] = t.TempDir() // no gcloud
			email, _ := o.box.NewServiceAccount("my-mail-123", "mail-delegate", sandbox.AllDelegated()...)
			as := ""
			if c.impersonate {
				as = email
			}
			args := c.how(o, o.credentials(c.source(o), as), email)
			if got := o.delegates(args...); got.code != 0 || !strings.Contains(got.err, email+" opens it") {
				t.Fatalf("authorize %v: exit %d\n%s", args, got.code, got.err)
			}
		})
	}
}

func fromFile(o *workplace) map[string]any {
	return sandbox.SubjectFromFile(o.subject("", time.Hour))
}

func fromURL(o *workplace) map[string]any { return o.box.SubjectFromURL() }

func byFlag(_ *workplace, file, email string) []string {
	return []string{"--service-account", email, "--credentials-file", file}
}

// Another file of Google's in the variable of its tools is not ours to read, and a
// token and a file that are both given by flags are one too many.
func TestFederationIsNotTakenForAnother(t *testing.T) {
	o := newWorkplace(t)
	o.env["PATH"] = t.TempDir()
	email, key := o.serviceKey(sandbox.AllDelegated()...)
	o.env[applicationCredentials] = key
	if got := o.delegates("--service-account", email); got.code != 2 || lastWord(got.err) != "keyless-without-sign-in" {
		t.Errorf("with the key of a service account: exit %d\n%s", got.code, got.err)
	}
	file := o.credentials(fromFile(o), "")
	if got := o.delegates("--service-account", email, "--credentials-file", file, "--gcp-token-file", o.box.CloudTokenFile()); got.code != 2 || lastWord(got.err) != "flags-exclude-each-other" {
		t.Errorf("with a token, too: exit %d\n%s", got.code, got.err)
	}
}

// Every refusal on the way to a token that the sandbox plays is told by its name,
// and none shows what vouches for us.
func TestEveryFederationScenarioIsExplained(t *testing.T) {
	want := map[string]string{
		"sts-subject-stale":        "subject-token-expired 3",
		"sts-audience-other":       "subject-token-audience-wrong 3",
		"sts-issuer-other":         "subject-token-not-accepted 3",
		"sts-condition-not-met":    "identity-condition-not-met 4",
		"sts-provider-unknown":     "identity-provider-unknown 4",
		"sts-off":                  "sts-off 4",
		"sts-503":                  "cloud-unavailable 5",
		"sts-echoes":               "subject-token-not-accepted 3",
		"sts-html":                 "cloud-not-google 3",
		"sts-redirects":            "cloud-not-google 3",
		"iam-impersonation-denied": "impersonation-denied 4",
		"subject-token-forbidden":  "subject-token-refused 3",
	}
	scenarios, err := scenario.Load()
	must(t, err)
	for _, s := range scenarios {
		if !strings.HasPrefix(s.Effects[0].At, "federation.") {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			got := newWorkplace(t).playFederation(s)
			if said := lastWord(got.err) + " " + string(rune('0'+got.code)); said != want[s.Name] {
				t.Errorf("%s, want %q\n%s", said, want[s.Name], got.err)
			}
			if strings.Contains(got.err, "eyJ") {
				t.Errorf("the subject token is shown:\n%s", got.err)
			}
		})
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Errorf("no such scenarios: %v", want)
	}
}

// What the sandbox itself refuses is told in the same way.
func TestFederationRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		want   string
		source func(*workplace) map[string]any
		change func(map[string]any)
	}{
		"an expired token": {"subject-token-expired", func(o *workplace) map[string]any { return sandbox.SubjectFromFile(o.subject("", -time.Minute)) }, nil},
		"another audience": {"subject-token-audience-wrong", func(o *workplace) map[string]any {
			return sandbox.SubjectFromFile(o.subject("https://ci.example.com", time.Hour))
		}, nil},
		"another pool":     {"identity-provider-unknown", fromFile, func(c map[string]any) { c["audience"] = c["audience"].(string) + "-old" }},
		"no resource name": {"subject-token-not-accepted", fromFile, func(c map[string]any) { c["audience"] = "ci" }},
		"no token":         {"subject-token-not-accepted", func(o *workplace) map[string]any { return sandbox.SubjectFromFile(o.box.ProviderFile()) }, nil},
		"a token of another job": {"subject-token-refused", func(o *workplace) map[string]any {
			source := o.box.SubjectFromURL()
			source["headers"] = map[string]string{"Authorization": "Bearer of-another-job-of-another-day"}
			return source
		}, nil},
		"a service account that is none": {"impersonation-denied", fromFile, func(c map[string]any) {
			c["service_account_impersonation_url"] = strings.Replace(c["token_url"].(string), "/v1/token", "/v1/projects/-/serviceAccounts/nobody@my-mail-123.iam.gserviceaccount.com:generateAccessToken", 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newWorkplace(t)
			change := c.change
			if change == nil {
				change = func(map[string]any) {}
			}
			got := o.federates(o.credentials(c.source(o), "", change), "-v")
			if lastWord(got.err) != c.want {
				t.Errorf("exit %d, want %s\n%s", got.code, c.want, got.err)
			}
			if strings.Contains(got.err, "eyJ") || strings.Contains(got.err, "of-another-job") {
				t.Errorf("a secret is shown:\n%s", got.err)
			}
		})
	}
}
