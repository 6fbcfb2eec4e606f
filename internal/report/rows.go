package report

import (
	"slices"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// row is one line of the proof: several checks that a reader sees as one thing.
type row struct {
	status    finding.Status
	label     string
	endpoint  string
	mechanism string
	text      string
	took      time.Duration
	diagnosis *diagnosis.Diagnosis // of a failure or a warning
}

// rowsOf merges the checks of a mailbox. What speaks of the token is one line if
// it is good; a protocol is a line for each endpoint and mechanism.
func rowsOf(box finding.Mailbox, o Options) []row {
	var rows []row
	token, hopeless := -1, false // index of the good token's row; the token was refused
	done := map[int]bool{}
	for i, f := range box.Findings {
		protocol, _, _ := strings.Cut(f.ID, ".")
		switch {
		case done[i]:
		case protocol == "imap" || protocol == "smtp" || protocol == "pop3":
			rows = append(rows, protocolRows(box, i, done, o)...)
		case protocol == "token" && hopeless && (f.Status == finding.Skip || f.Status == finding.Pass):
			// nothing good to say of a token that is not there
		case protocol == "token" && f.ID != "token.lifetime" && f.Status == finding.Pass:
			if token < 0 {
				token = len(rows)
				rows = append(rows, row{status: finding.Pass, label: o.Words.Say("report.label.token"), text: passed(f, o)})
			} else {
				rows[token].text = o.Words.Semicolon(rows[token].text, passed(f, o))
			}
		default:
			rows = append(rows, rowOf(f, o))
			hopeless = hopeless || f.ID == "token.refresh" && f.Status == finding.Fail
		}
	}
	return rows
}

// rowOf is the row of one check alone.
func rowOf(f finding.Finding, o Options) row {
	r := row{status: f.Status, label: label(f, o.Words)}
	switch f.Status {
	case finding.Pass:
		r.text = passed(f, o)
	case finding.Skip:
		r.text = reason(f, o.Words)
	default:
		d := diagnose(f, o.Explain)
		r.diagnosis = &d
		r.text = d.Error
		if f.Status == finding.Fail && evidence(f) != "" && !ofMachine(f) { // of a machine's network few words are a server's
			r.text = quoted(evidence(f))
		}
	}
	if text := Lifetime(o.Words, f.Facts, o.Now); f.ID == "token.lifetime" && text != "" {
		r.text = text
	}
	if ofMachine(f) {
		r.endpoint, r.took = printable(f.Endpoint), f.Duration
	}
	if f.ID == "client.redirect" && f.Status != finding.Pass { // there are several
		r.text = o.Words.Colon(printable(f.Endpoint), r.text)
	}
	return r
}

// protocolRows takes all checks of the endpoint of check number first, marks
// them done, and gives a row for each mechanism that was tried. What belongs to
// no mechanism (the connection, the mailbox) is told with the first.
func protocolRows(box finding.Mailbox, first int, done map[int]bool, o Options) []row {
	lead := box.Findings[first]
	protocol, _, _ := strings.Cut(lead.ID, ".")
	var checks []finding.Finding
	var mechanisms []string
	for i, f := range box.Findings[first:] {
		if !strings.HasPrefix(f.ID, protocol+".") || f.Endpoint != lead.Endpoint {
			continue
		}
		done[first+i] = true
		checks = append(checks, f)
		if f.Mechanism != "" && !slices.Contains(mechanisms, f.Mechanism) {
			mechanisms = append(mechanisms, f.Mechanism)
		}
	}
	if len(mechanisms) == 0 {
		return []row{merged(checks, o)}
	}
	var rows []row
	for i, mechanism := range mechanisms {
		var own []finding.Finding
		for _, f := range checks {
			if f.Mechanism == mechanism || i == 0 && f.Mechanism == "" {
				own = append(own, f)
			}
		}
		r := merged(own, o)
		r.mechanism = mechanism
		rows = append(rows, r)
	}
	return rows
}

// merged makes one row of the checks of one connection: the failure speaks, or
// the warning, or why it went no further, or the last success.
func merged(checks []finding.Finding, o Options) row {
	speaks := checks[0]
	var took time.Duration
	for _, f := range checks {
		took += f.Duration
		if rank(f.Status) >= rank(speaks.Status) {
			speaks = f
		}
	}
	for _, f := range checks { // of several failures the first is the cause
		if f.Status == finding.Fail {
			speaks = f
			break
		}
	}
	r := rowOf(speaks, o)
	r.endpoint = printable(speaks.Endpoint)
	if speaks.Status == finding.Pass {
		r.took = took
	}
	return r
}

// rank orders what is to be told: a skip says more than a success.
func rank(s finding.Status) int {
	return map[finding.Status]int{finding.Pass: 0, finding.Skip: 1, finding.Warn: 2, finding.Fail: 3}[s]
}
