package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/report"
	"gmailoauth/internal/words"
)

func english(t *testing.T) *words.Words {
	t.Helper()
	said, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// found is a check that ended so; a problem is named by its code.
func found(id string, status finding.Status, code string) finding.Finding {
	f := finding.Finding{ID: id, Status: status, Endpoint: "mail.example.com:993"}
	if code != "" {
		f.Symptom = &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: code}
	}
	return f
}

func named(s *diagnosis.Symptom) diagnosis.Diagnosis {
	return diagnosis.Diagnosis{Name: s.Code, Exit: 4, Error: s.Code, Cause: "because", Fix: "mend it"}
}

func TestDiff(t *testing.T) {
	const a, b = "a", "b"
	for name, c := range map[string]struct {
		was, now finding.Finding
		kind     string
		exit     int
		strict   int
		known    int
	}{
		"good as before":     {was: found("x", finding.Pass, ""), now: found("x", finding.Pass, "")},
		"breaks":             {was: found("x", finding.Pass, ""), now: found("x", finding.Fail, a), kind: report.New, exit: 4, strict: 4},
		"was skipped":        {was: found("x", finding.Skip, ""), now: found("x", finding.Fail, a), kind: report.New, exit: 4, strict: 4},
		"was not asked":      {was: found("y", finding.Pass, ""), now: found("x", finding.Fail, a), kind: report.New, exit: 4, strict: 4},
		"broken as before":   {was: found("x", finding.Fail, a), now: found("x", finding.Fail, a), known: 1},
		"broken differently": {was: found("x", finding.Fail, a), now: found("x", finding.Fail, b), kind: report.Changed, exit: 4, strict: 4},
		"gets worse":         {was: found("x", finding.Warn, a), now: found("x", finding.Fail, a), kind: report.Changed, exit: 4, strict: 4},
		"gets better":        {was: found("x", finding.Fail, a), now: found("x", finding.Warn, a), kind: report.Changed, strict: 3},
		"begins to warn":     {was: found("x", finding.Pass, ""), now: found("x", finding.Warn, a), kind: report.New, strict: 3},
		"warns as before":    {was: found("x", finding.Warn, a), now: found("x", finding.Warn, a), known: 1},
		"mended":             {was: found("x", finding.Fail, a), now: found("x", finding.Pass, ""), kind: report.Recovered},
		"cannot be seen":     {was: found("x", finding.Fail, a), now: found("x", finding.Skip, "")},
	} {
		t.Run(name, func(t *testing.T) {
			var earlier bytes.Buffer
			mailbox := func(account string, f finding.Finding) finding.Mailbox {
				return finding.Mailbox{Account: account, Findings: []finding.Finding{f}}
			}
			if err := report.JSON(&earlier, "verify", "1", []finding.Mailbox{mailbox("Office@example.com", c.was)}, named, english(t)); err != nil {
				t.Fatal(err)
			}
			baseline, err := report.ReadBaseline(&earlier, "earlier.json")
			if err != nil {
				t.Fatal(err)
			}
			for strict, want := range map[bool]int{false: c.exit, true: c.strict} {
				d := baseline.Diff(named)
				_, changes, changed := d.Add(mailbox("office@example.com", c.now))
				if changed != (c.kind != "") || len(changes) > 1 || changed && changes[0].Kind != c.kind {
					t.Errorf("Add = %+v, want %q", changes, c.kind)
				}
				if d.Exit(strict) != want || d.Known != c.known {
					t.Errorf("Exit(%v) = %d with %d known, want %d with %d", strict, d.Exit(strict), d.Known, want, c.known)
				}
			}
		})
	}
}

// A run that was interrupted tells what it found until then, and nothing is gone.
func TestDiffOfACutRun(t *testing.T) {
	baseline, err := report.ReadBaseline(strings.NewReader(`{"format":1,"command":"report merge","accounts":[{"account":"a@example.com"},{"account":"b@example.com"}]}`), "x")
	if err != nil {
		t.Fatal(err)
	}
	run := report.Run{Options: report.Options{Words: english(t), Explain: named}}
	for _, row := range []struct {
		end  report.Ending
		exit int
		gone bool
	}{
		{report.Ending{Elapsed: time.Second}, 0, true},
		{report.Ending{Cut: &diagnosis.Diagnosis{Name: "interrupted", Exit: 130}}, 130, false},
	} {
		var out bytes.Buffer
		s := baseline.Since(report.NewStream("json", run), "json", run, true)
		for _, err := range []error{s.Begin(&out), s.Box(&out, finding.Mailbox{Account: "a@example.com"}), s.End(&out, row.end)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if s.Exit() != row.exit || strings.Contains(out.String(), `"change": "gone"`) != row.gone {
			t.Errorf("exit %d, want %d; gone told: want %v\n%s", s.Exit(), row.exit, row.gone, out.String())
		}
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add(`{"format":1,"command":"verify","accounts":[{"account":"a@example.com","checks":[{"id":"imap.auth","status":"fail","diagnosis":{"name":"x"}}]}]}`)
	f.Add(`{"format":1,"command":"verify","accounts":null}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := report.ReadBaseline(strings.NewReader(text), "x"); (b == nil) == (err == nil) {
			t.Errorf("ReadBaseline = %v, %v", b, err)
		}
	})
}
