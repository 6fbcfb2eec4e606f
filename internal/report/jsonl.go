package report

import (
	"encoding/json"
	"io"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// jsonlStream writes an object on a line of its own for each account, with the
// keys that it has under accounts in the one object of json; the last line holds
// the summary.
type jsonlStream struct{ tally }

// jsonHead is what every line says of itself.
type jsonHead struct {
	Format  int    `json:"format"`
	Command string `json:"command"`
	Version string `json:"version"`
	Shard   string `json:"shard,omitempty"`
}

// Begin writes nothing: each line says of itself what it is.
func (s *jsonlStream) Begin(io.Writer) error { return nil }

// Box writes the line of an account.
func (s *jsonlStream) Box(w io.Writer, box finding.Mailbox) error {
	return line(w, struct {
		jsonHead
		jsonAccount
	}{s.head(), s.account(box)})
}

// End writes the last line.
func (s *jsonlStream) End(w io.Writer, end Ending) error {
	return line(w, struct {
		jsonHead
		jsonEnd
	}{s.head(), s.end(end)})
}

func (t *tally) head() jsonHead { return jsonHead{format, t.run.Command, t.run.Version, t.run.Shard} }

// line writes an object on one line.
func line(w io.Writer, object any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(object)
}

// jsonlFailed writes what kept a proof from beginning, on one line.
func jsonlFailed(w io.Writer, run Run, d diagnosis.Diagnosis) error {
	return line(w, jsonFailure{jsonHead{format, run.Command, run.Version, run.Shard}, DiagnosisOf(d), d.Exit})
}
