// Package finding holds what a check found: the noun that doers hand to report.
package finding

import (
	"time"

	"gmailoauth/internal/diagnosis"
)

// Status of one check.
type Status string

// The four of the JSON contract.
const (
	Pass Status = "pass"
	Warn Status = "warn"
	Fail Status = "fail"
	Skip Status = "skip" // always with a Reason
)

// Finding is the outcome of one check. IDs are those of the JSON contract:
// client.pair, token.refresh, imap.auth, …
type Finding struct {
	ID        string
	Status    Status
	Duration  time.Duration
	Endpoint  string             // host:port, where there is one
	Mechanism string             // SASL mechanism, for the auth checks
	Evidence  string             // the server's own words, secrets removed; also on pass
	Reason    string             // of a Skip: id of a sentence in words (section skip.)
	Facts     map[string]string  // what was learnt: messages, scope, account, ends_at (RFC 3339)
	Symptom   *diagnosis.Symptom // of a Fail or a Warn
}

// Mailbox is all that was found about one account, in the order of the contract.
type Mailbox struct {
	Account  string
	Findings []Finding
}
