// Package diagnosis turns a refusal into what a person can do about it.
//
// Whoever is refused makes a [Symptom]: the place, the server's own words and
// what else was seen. A Symptom explains nothing. The [Catalogue], which is
// data, gives it a name, its causes (likeliest first), a fix and an exit code.
package diagnosis

import (
	"maps"
	"strconv"
	"strings"

	"gmailoauth/internal/xoauth2"
)

// Where a refusal was met; the first key by which the catalogue is searched.
const (
	AtInput     = "input"     // flags, variables, answers, files the admin gave
	AtClient    = "client"    // the downloaded client JSON
	AtStore     = "store"     // our own files, locks and secret stores
	AtProvider  = "provider"  // the provider file
	AtAuthorize = "authorize" // authorization endpoint: error= in the redirect, or Google's error page
	AtCallback  = "callback"  // the loopback listener and the pasted address
	AtToken     = "token"     // token endpoint
	AtRevoke    = "revoke"    // revocation endpoint
	AtIdentity  = "identity"  // tokeninfo and userinfo, and what they were compared with
	AtLifetime  = "lifetime"  // how long the grant will last
	AtCloud     = "cloud"     // Google Cloud's APIs for programs, and gcloud
	AtConnect   = "connect"   // name resolution, TCP, TLS, greeting, STARTTLS: any protocol
	AtIMAP      = "imap"      // after the greeting
	AtSMTP      = "smtp"      // after the greeting
	AtPOP3      = "pop3"      // after the greeting
	AtMail      = "mail"      // the test message's way
	AtBug       = "bug"       // our fault
)

// Symptom is a refusal in the words of whoever refused. It is an error.
//
// The words are the server's, untouched but for two things its maker takes out:
// secrets, and identifiers that differ with each session. Facts hold what else
// was seen, under the names that the catalogue's conditions and sentences use:
// account, got, client_id, project, publishing, scope, host, port, file, line,
// key, value, flag, seconds, … A Symptom is not changed once it is returned.
type Symptom struct {
	Where     string             // one of the At… constants
	Code      string             // the machine's word: invalid_grant, AUTHENTICATIONFAILED, 535 5.7.8, SYS/PERM
	Text      string             // the sentence
	Status    int                // HTTP or SMTP status; 0 if there is none
	Challenge *xoauth2.Challenge // what the SASL exchange said before the verdict
	Endpoint  string             // host:port or URL without its query
	Facts     map[string]string
	Err       error // what lies below, for errors.Is
}

// Error gives place, code and words on one line: for logs and for people who
// write code. Others are shown the Diagnosis.
func (s *Symptom) Error() string {
	parts := []string{s.Where}
	if s.Endpoint != "" {
		parts = append(parts, s.Endpoint)
	}
	if s.Status != 0 {
		parts = append(parts, strconv.Itoa(s.Status))
	}
	if s.Code != "" {
		parts = append(parts, s.Code)
	}
	words := s.Text
	if words == "" && s.Err != nil {
		words = s.Err.Error()
	}
	if words == "" {
		return strings.Join(parts, " ")
	}
	return strings.Join(parts, " ") + ": " + words
}

// Unwrap gives what lies below.
func (s *Symptom) Unwrap() error { return s.Err }

// With returns a copy that also knows the given facts, as name, value pairs.
// Empty values are left out; a fact that is known already is kept.
func (s *Symptom) With(pairs ...string) *Symptom {
	facts := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			facts[pairs[i]] = pairs[i+1]
		}
	}
	maps.Copy(facts, s.Facts)
	next := *s
	next.Facts = facts
	return &next
}
