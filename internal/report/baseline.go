package report

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// Baseline is what an earlier run of verify had found wrong: its JSON, without
// what was good. Whoever only reads it may be many goroutines.
type Baseline struct {
	File     string
	accounts map[string]string // in lower case: as it was written
	problems map[spot]Problem
}

// spot tells a check from all others of a report.
type spot struct{ account, id, endpoint, mechanism string }

// Problem is how a check failed or warned. The zero Problem is none.
type Problem struct {
	Status    finding.Status
	Diagnosis string // its name
}

// ReadBaseline reads the JSON that verify wrote, or that report merge made of
// several. Anything else is refused with a *diagnosis.Symptom at input that names
// the file and what it is instead.
func ReadBaseline(from io.Reader, file string) (*Baseline, error) {
	var earlier struct {
		Format   int
		Command  string
		Error    *struct{ Name string }
		Accounts *[]struct {
			Account string
			Checks  []struct {
				ID, Endpoint, Mechanism string
				Status                  finding.Status
				Diagnosis               *struct{ Name string }
			}
		}
	}
	refuse := func(code, got string, err error) (*Baseline, error) {
		symptom := (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code, Err: err}).With("file", file, "flag", "--baseline", "got", got)
		return nil, symptom
	}
	decoder := json.NewDecoder(from)
	if err := decoder.Decode(&earlier); err != nil {
		return refuse("baseline-not-json", "", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return refuse("baseline-not-json", "", errMore)
	}
	switch {
	case earlier.Format > format:
		return refuse("baseline-not-a-proof", `"format": `+strconv.Itoa(earlier.Format), nil)
	case earlier.Error != nil:
		return refuse("baseline-not-a-proof", `"error": `+printable(earlier.Error.Name), nil)
	case earlier.Format < 1 || earlier.Accounts == nil || earlier.Command != "verify" && earlier.Command != "report merge":
		return refuse("baseline-not-a-proof", `"command": "`+printable(earlier.Command)+`"`, nil)
	}
	b := &Baseline{File: file, accounts: map[string]string{}, problems: map[spot]Problem{}}
	for _, box := range *earlier.Accounts {
		key := strings.ToLower(box.Account)
		b.accounts[key] = box.Account
		for _, check := range box.Checks {
			if check.Status != finding.Fail && check.Status != finding.Warn {
				continue
			}
			problem := Problem{Status: check.Status}
			if check.Diagnosis != nil {
				problem.Diagnosis = check.Diagnosis.Name
			}
			b.problems[spot{key, check.ID, check.Endpoint, check.Mechanism}] = problem
		}
	}
	return b, nil
}

// errMore is what stands in a file behind the one object that belongs there.
var errMore = errors.New("more than one object")

// The ways in which a check differs from the baseline.
const (
	New       = "new"       // good or not there before, now a failure or a warning
	Changed   = "changed"   // another failure or warning than before
	Recovered = "recovered" // a failure or a warning before, now good
	Gone      = "gone"      // a mailbox that was proven before, and is not any more
)

// Change is one check that differs, or a mailbox that is gone.
type Change struct {
	Kind                             string
	Account, ID, Endpoint, Mechanism string
	Was, Now                         Problem
}

// Diff holds a run against a baseline, mailbox by mailbox. It keeps what
// changed, and of the rest a number. One goroutine uses it at a time.
type Diff struct {
	baseline *Baseline
	explain  Explain
	seen     map[string]bool
	Changes  []Change
	Known    int // problems that are as they were
	exit     int
	warned   bool
}

// Diff begins a comparison.
func (b *Baseline) Diff(explain Explain) *Diff {
	return &Diff{baseline: b, explain: explain, seen: map[string]bool{}}
}

// Add compares a mailbox, and gives what of it changed: false if nothing did. A
// problem of which nothing could be seen this time (skipped, not asked for)
// has neither recovered nor changed.
func (d *Diff) Add(box finding.Mailbox) (finding.Mailbox, []Change, bool) {
	key := strings.ToLower(box.Account)
	d.seen[key] = true
	only, first := finding.Mailbox{Account: box.Account}, len(d.Changes)
	for _, f := range box.Findings {
		was := d.baseline.problems[spot{key, f.ID, f.Endpoint, f.Mechanism}]
		var now Problem
		if f.Status == finding.Fail || f.Status == finding.Warn {
			now = Problem{f.Status, diagnose(f, d.explain).Name}
		}
		kind := ""
		switch {
		case f.Status == finding.Skip:
		case was == now && now.Status != "":
			d.Known++
		case was == now:
		case was.Status == "":
			kind = New
		case now.Status == "":
			kind = Recovered
		default:
			kind = Changed
		}
		if kind != "" {
			only.Findings = append(only.Findings, f)
			d.Changes = append(d.Changes, Change{kind, box.Account, f.ID, f.Endpoint, f.Mechanism, was, now})
		}
	}
	d.exit = graver(d.exit, exitOf(only, d.explain))
	d.warned = d.warned || status(only) == finding.Warn
	return only, d.Changes[first:], len(only.Findings) > 0
}

// missing adds the mailboxes of the baseline that this run did not prove. It is
// for a run that was to prove all there are.
func (d *Diff) missing() []Change {
	first := len(d.Changes)
	for _, key := range slices.Sorted(maps.Keys(d.baseline.accounts)) {
		if !d.seen[key] {
			d.Changes = append(d.Changes, Change{Kind: Gone, Account: d.baseline.accounts[key]})
		}
	}
	return d.Changes[first:]
}

// Exit is the exit code of what is new or has changed. What was known, and what
// recovered, is no failure; warnings count if strict.
func (d *Diff) Exit(strict bool) int {
	if strict && d.warned {
		return graver(d.exit, strictExit)
	}
	return d.exit
}

// count is how many changes are of a kind.
func (d *Diff) count(kind string) int {
	n := 0
	for _, c := range d.Changes {
		if c.Kind == kind {
			n++
		}
	}
	return n
}
