package report

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// JUnit writes the findings as the XML that CI servers read: a test suite for
// each mailbox, a test case for each check. A failure's type is the name of its
// diagnosis; a warning is no failure and stands in system-out, unless strict.
func JUnit(w io.Writer, command string, boxes []finding.Mailbox, explain Explain, said *words.Words, strict bool) error {
	suites := junit.Testsuites{Name: "gmailoauth " + command}
	var total time.Duration
	for i, box := range boxes {
		suite := junit.Testsuite{Name: box.Account, ID: i}
		var elapsed time.Duration
		for _, f := range box.Findings {
			elapsed += f.Duration
			suite.AddTestcase(testcase(f, command, explain, said, strict))
		}
		suite.Time = seconds(elapsed)
		total += elapsed
		suites.AddSuite(suite)
	}
	suites.Time = seconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return suites.WriteXML(w)
}

func testcase(f finding.Finding, command string, explain Explain, said *words.Words, strict bool) junit.Testcase {
	name := strings.Join(strings.Fields(f.ID+" "+f.Endpoint+" "+f.Mechanism), " ")
	c := junit.Testcase{Name: name, Classname: "gmailoauth." + command, Time: seconds(f.Duration)}
	switch {
	case f.Status == finding.Skip:
		c.Skipped = &junit.Result{Message: reason(f, said)}
	case f.Status == finding.Fail, f.Status == finding.Warn && strict:
		d := diagnose(f, explain)
		c.Failure = &junit.Result{Type: d.Name, Message: d.Error, Data: body(f, explain, said)}
	case f.Status == finding.Warn:
		c.SystemOut = &junit.Output{Data: body(f, explain, said)}
	case f.Evidence != "":
		c.SystemOut = &junit.Output{Data: printable(f.Evidence)}
	}
	return c
}

// body is cause, fix and evidence, a line each.
func body(f finding.Finding, explain Explain, said *words.Words) string {
	d := diagnose(f, explain)
	lines := []string{d.Error, said.Colon(said.Say("report.cause"), d.Cause), said.Colon(said.Say("report.fix"), d.Fix)}
	if words := evidence(f); words != "" {
		lines = append(lines, said.Colon(said.Say("report.evidence"), printable(words)))
	}
	lines = append(lines, said.Colon(said.Say("report.more"), explainCommand(d)))
	return strings.Join(lines, "\n")
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
