package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// format is the number of the JSON contract; it grows on an incompatible change.
const format = 1

type jsonAccount struct {
	Account string         `json:"account"`
	Status  finding.Status `json:"status"`
	Exit    int            `json:"exit"`
	Checks  []jsonCheck    `json:"checks"`
}

type jsonCheck struct {
	ID        string            `json:"id"`
	Status    finding.Status    `json:"status"`
	Duration  int64             `json:"duration_ms"`
	Endpoint  string            `json:"endpoint,omitempty"`
	Mechanism string            `json:"mechanism,omitempty"`
	Evidence  string            `json:"evidence,omitempty"`
	Challenge *jsonChallenge    `json:"challenge,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Facts     map[string]string `json:"facts,omitempty"`
	Diagnosis *Diagnosis        `json:"diagnosis,omitempty"`
}

type jsonChallenge struct {
	Status  string `json:"status"`
	Schemes string `json:"schemes,omitempty"`
	Scope   string `json:"scope,omitempty"`
}

// Diagnosis is a diagnosis as all our JSON has it: docs/reference/schema/diagnosis.json.
type Diagnosis struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Cause   string `json:"cause"`
	Fix     string `json:"fix"`
	URL     string `json:"url"`
	Command string `json:"command"`
}

// jsonSummary counts accounts, each in one of the four.
type jsonSummary struct {
	Accounts int `json:"accounts"`
	Passed   int `json:"passed"`
	Warned   int `json:"warned"`
	Failed   int `json:"failed"`
	Skipped  int `json:"skipped"`
}

// jsonStream writes the one object of the contract, an account at a time.
type jsonStream struct{ tally }

// Begin writes what stands before the accounts.
func (s *jsonStream) Begin(w io.Writer) error {
	head, err := indented("", s.head())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s,\n  \"accounts\": [", strings.TrimSuffix(head, "\n}"))
	return err
}

// Box writes an entry of accounts.
func (s *jsonStream) Box(w io.Writer, box finding.Mailbox) error {
	account, err := indented("    ", s.account(box))
	if err != nil {
		return err
	}
	between := "\n    "
	if s.total > 1 {
		between = ",\n    "
	}
	_, err = io.WriteString(w, between+account)
	return err
}

// account is one entry of accounts, counted.
func (t *tally) account(box finding.Mailbox) jsonAccount {
	account := jsonAccount{Account: box.Account, Checks: []jsonCheck{}}
	account.Status, account.Exit = t.add(box)
	for _, f := range box.Findings {
		account.Checks = append(account.Checks, checkOf(f, t.run.Explain, t.run.Words))
	}
	return account
}

// jsonEnd is what follows the accounts. Error and Exit are those of a run that
// was cut off.
type jsonEnd struct {
	Summary jsonSummary `json:"summary"`
	Since   *jsonSince  `json:"baseline,omitempty"`
	Error   *Diagnosis  `json:"error,omitempty"`
	Exit    int         `json:"exit,omitempty"`
}

func (t *tally) end(end Ending) jsonEnd {
	t.cut(end)
	told := jsonEnd{Summary: jsonSummary{t.total, t.count(finding.Pass), t.count(finding.Warn), t.count(finding.Fail), t.count(finding.Skip)}}
	told.Since = jsonSinceOf(end.Since)
	if end.Cut != nil {
		told.Error, told.Exit = DiagnosisOf(*end.Cut), end.Cut.Exit
	}
	return told
}

// End writes the summary, and what cut the run off.
func (s *jsonStream) End(w io.Writer, end Ending) error {
	tail, err := indented("", s.end(end))
	if err != nil {
		return err
	}
	closing := "]"
	if s.total > 0 {
		closing = "\n  ]"
	}
	_, err = fmt.Fprintf(w, "%s,%s\n", closing, strings.TrimPrefix(tail, "{"))
	return err
}

// indented is an object without the end of its last line; its other lines begin
// with prefix.
func indented(prefix string, object any) (string, error) {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(prefix, "  ")
	err := encoder.Encode(object)
	return strings.TrimSuffix(out.String(), "\n"), err
}

func checkOf(f finding.Finding, explain Explain, said *words.Words) jsonCheck {
	check := jsonCheck{ID: f.ID, Status: f.Status, Duration: f.Duration.Milliseconds(), Endpoint: f.Endpoint,
		Mechanism: f.Mechanism, Evidence: evidence(f), Facts: f.Facts}
	if f.Symptom != nil && f.Symptom.Challenge != nil {
		check.Challenge = (*jsonChallenge)(f.Symptom.Challenge)
	}
	if f.Status == finding.Skip {
		check.Reason = reason(f, said)
	}
	if f.Status == finding.Fail || f.Status == finding.Warn && f.Symptom != nil {
		check.Diagnosis = DiagnosisOf(diagnose(f, explain))
	}
	return check
}

// DiagnosisOf is a diagnosis for JSON.
func DiagnosisOf(d diagnosis.Diagnosis) *Diagnosis {
	return &Diagnosis{Name: d.Name, Message: d.Error, Cause: d.Cause, Fix: d.Fix, URL: d.URL, Command: d.Command}
}

// evidence is what the server said; of a refusal that kept no evidence, the
// words in its symptom.
func evidence(f finding.Finding) string {
	if f.Evidence != "" || f.Symptom == nil {
		return f.Evidence
	}
	return f.Symptom.Text
}

// Failure writes what ended a command as a JSON object.
func Failure(w io.Writer, command, version string, d diagnosis.Diagnosis) error {
	return write(w, jsonFailure{jsonHead{format, command, version, ""}, DiagnosisOf(d), d.Exit})
}

type jsonFailure struct {
	jsonHead
	Error *Diagnosis `json:"error"`
	Exit  int        `json:"exit"`
}

func write(w io.Writer, object any) error {
	text, err := indented("", object)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text+"\n")
	return err
}
