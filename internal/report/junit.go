package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// junitStream writes the XML that CI servers read: a test suite for each mailbox,
// a test case for each check. A failure's type is the name of its diagnosis; a
// warning is no failure and stands in system-out, unless strict. It keeps the text of the suites until the end, since the totals stand
// in the first line: about 1 kB for a mailbox that is well.
type junitStream struct {
	tally
	head   junit.Testsuites // the totals, without the suites
	time   time.Duration
	suites bytes.Buffer
}

// Begin writes nothing: the first line holds the totals.
func (s *junitStream) Begin(io.Writer) error {
	s.head.Name = "gmailoauth " + s.run.Command
	return nil
}

// Box keeps the text of a suite.
func (s *junitStream) Box(_ io.Writer, box finding.Mailbox) error {
	suite := junit.Testsuite{Name: box.Account, ID: s.total}
	s.add(box)
	var elapsed time.Duration
	for _, f := range box.Findings {
		elapsed += f.Duration
		suite.AddTestcase(testcase(f, s.run.Command, s.run.Explain, s.run.Words, s.run.Strict))
	}
	suite.Time = seconds(elapsed)
	s.time += elapsed
	return s.keep(suite)
}

// keep adds a suite to the totals, and its text to what is kept.
func (s *junitStream) keep(suite junit.Testsuite) error {
	s.head.AddSuite(suite)
	s.head.Suites = nil
	s.suites.WriteByte('\n')
	encoder := xml.NewEncoder(&s.suites)
	encoder.Indent("\t", "\t")
	return encoder.EncodeElement(suite, xml.StartElement{Name: xml.Name{Local: "testsuite"}})
}

// End writes all. A run that was cut off is an error of a suite of its own.
func (s *junitStream) End(w io.Writer, end Ending) error {
	s.cut(end)
	if d := end.Cut; d != nil {
		suite := junit.Testsuite{Name: s.head.Name, ID: s.total}
		suite.AddTestcase(junit.Testcase{Name: s.run.Command, Classname: "gmailoauth", Time: seconds(0),
			Error: &junit.Result{Type: d.Name, Message: d.Error, Data: advice(*d, s.run.Words)}})
		if err := s.keep(suite); err != nil {
			return err
		}
	}
	s.head.Time = seconds(s.time)
	root, err := xml.Marshal(s.head)
	if err != nil {
		return err
	}
	open, closing, _ := strings.Cut(string(root), "></")
	_, err = io.WriteString(w, xml.Header+open+">"+s.suites.String()+"\n</"+closing+"\n")
	return err
}

// advice is what mends something, a line each.
func advice(d diagnosis.Diagnosis, said *words.Words) string {
	return strings.Join([]string{said.Colon(said.Say("report.cause"), d.Cause), said.Colon(said.Say("report.fix"), d.Fix),
		said.Colon(said.Say("report.more"), explainCommand(d))}, "\n")
}

func testcase(f finding.Finding, command string, explain Explain, said *words.Words, strict bool) junit.Testcase {
	c := junit.Testcase{Name: checkName(f), Classname: "gmailoauth." + command, Time: seconds(f.Duration)}
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
