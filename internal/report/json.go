package report

import (
	"encoding/json"
	"io"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// format is the number of the JSON contract; it grows on an incompatible change.
const format = 1

type jsonReport struct {
	Format   int           `json:"format"`
	Command  string        `json:"command"`
	Version  string        `json:"version"`
	Accounts []jsonAccount `json:"accounts"`
	Summary  jsonSummary   `json:"summary"`
}

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
	Diagnosis *jsonDiagnosis    `json:"diagnosis,omitempty"`
}

type jsonChallenge struct {
	Status  string `json:"status"`
	Schemes string `json:"schemes,omitempty"`
	Scope   string `json:"scope,omitempty"`
}

type jsonDiagnosis struct {
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

// JSON writes one object: the findings of a command (verify, client check, …)
// as the contract has them.
func JSON(w io.Writer, command, version string, boxes []finding.Mailbox, explain Explain, said *words.Words) error {
	report := jsonReport{Format: format, Command: command, Version: version, Accounts: []jsonAccount{}}
	for _, box := range boxes {
		account := jsonAccount{Account: box.Account, Status: status(box), Exit: exitOf(box, explain), Checks: []jsonCheck{}}
		for _, f := range box.Findings {
			account.Checks = append(account.Checks, checkOf(f, explain, said))
		}
		report.Accounts = append(report.Accounts, account)
		report.Summary.add(account.Status)
	}
	return write(w, report)
}

func (s *jsonSummary) add(status finding.Status) {
	s.Accounts++
	switch status {
	case finding.Pass:
		s.Passed++
	case finding.Warn:
		s.Warned++
	case finding.Fail:
		s.Failed++
	case finding.Skip:
		s.Skipped++
	}
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
		check.Diagnosis = diagnosisOf(diagnose(f, explain))
	}
	return check
}

func diagnosisOf(d diagnosis.Diagnosis) *jsonDiagnosis {
	return &jsonDiagnosis{Name: d.Name, Message: d.Error, Cause: d.Cause, Fix: d.Fix, URL: d.URL, Command: d.Command}
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
	return write(w, struct {
		Format  int            `json:"format"`
		Command string         `json:"command"`
		Version string         `json:"version"`
		Error   *jsonDiagnosis `json:"error"`
		Exit    int            `json:"exit"`
	}{format, command, version, diagnosisOf(d), d.Exit})
}

func write(w io.Writer, object any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(object)
}
