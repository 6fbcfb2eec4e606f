package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// summaryRows is how many problems the summary of the job shows: GitHub refuses
// a summary of more than 1 MiB.
const summaryRows = 300

// githubStream writes the log of a step of GitHub Actions: the proof as people
// read it, and an annotation for each problem. What stands in the summary of the
// job, 300 problems at most, is kept until the end.
type githubStream struct {
	tally
	rows []string
	more int // problems that the summary leaves out
}

// Begin sees to it that lines are not broken: there is no terminal.
func (s *githubStream) Begin(io.Writer) error {
	s.run.Width, s.run.Color = 0, false
	return nil
}

// Box writes the lines of a mailbox, and its annotations.
func (s *githubStream) Box(w io.Writer, box finding.Mailbox) error {
	s.add(box)
	var proof, log strings.Builder
	if err := Human(&proof, s.run.Options, box); err != nil {
		return err
	}
	log.WriteString(inLog(proof.String()))
	told := map[string]bool{}
	for _, f := range box.Findings {
		if f.Status != finding.Fail && f.Status != finding.Warn {
			continue
		}
		d := diagnose(f, s.run.Explain)
		if told[d.Name] {
			continue
		}
		told[d.Name] = true
		level := "warning"
		if f.Status == finding.Fail || s.run.Strict {
			level = "error"
		}
		log.WriteString(s.annotation(level, box.Account+" "+checkName(f), body(f, s.run.Explain, s.run.Words)))
		s.keep(f.Status, box.Account, checkName(f), d)
	}
	_, err := io.WriteString(w, log.String())
	return err
}

// annotation is a command to the runner, which shows it with the run.
func (s *githubStream) annotation(level, title, text string) string {
	return fmt.Sprintf("::%s title=%s::%s\n", level, inProperty("gmailoauth: "+printable(title)), inMessage(text))
}

// keep adds a row to the summary of the job. It is HTML, since what is no mark in
// Markdown depends on what stands around it.
func (s *githubStream) keep(is finding.Status, account, check string, d diagnosis.Diagnosis) {
	if len(s.rows) == summaryRows {
		s.more++
		return
	}
	fix := html.EscapeString(printable(d.Fix))
	if d.URL != "" {
		url := html.EscapeString(d.URL)
		fix = strings.ReplaceAll(fix, url, `<a href="`+url+`">`+url+`</a>`)
	}
	cells := []string{(&page{}).mark(is), html.EscapeString(printable(account)), "<code>" + html.EscapeString(printable(check)) + "</code>",
		html.EscapeString(printable(d.Error)), html.EscapeString(printable(d.Cause)), fix}
	s.rows = append(s.rows, "<tr><td>"+strings.Join(cells, "</td><td>")+"</td></tr>\n")
}

// End writes the last line, and the summary of the job.
func (s *githubStream) End(w io.Writer, end Ending) error {
	s.cut(end)
	line := s.counted()
	log := "\n" + line + "\n"
	if d := end.Cut; d != nil {
		line = d.Error
		log = s.annotation("error", s.run.Command, d.Error+"\n"+advice(*d, s.run.Words))
	}
	if _, err := io.WriteString(w, log); err != nil || s.run.Summary == nil {
		return err
	}
	_, err := io.WriteString(s.run.Summary, s.summary(line))
	return err
}

func (s *githubStream) summary(line string) string {
	say := func(id string) string { return html.EscapeString(s.run.Words.Say(id)) }
	text := "<h3>gmailoauth " + s.run.Command + "</h3>\n<p>" + html.EscapeString(line) + "</p>\n"
	if len(s.rows) > 0 {
		text += "<table>\n<tr><th></th><th>" + strings.Join([]string{say("proof.mailbox"), say("proof.check"), say("proof.what"),
			say("report.cause"), say("report.fix")}, "</th><th>") + "</th></tr>\n" + strings.Join(s.rows, "") + "</table>\n"
	}
	if s.more > 0 {
		text += "<p>" + html.EscapeString(s.run.Words.Count("proof.more", s.more)) + "</p>\n"
	}
	return text + "\n" // Markdown of others may follow
}

// githubFailed tells what kept a proof from beginning.
func githubFailed(w io.Writer, run Run, d diagnosis.Diagnosis) error {
	s := &githubStream{tally: tally{run: run}}
	return s.End(w, Ending{Cut: &d})
}

// inLog is a text that gives the runner no command, whoever's words are in it.
// Commands begin a line with ::, or stand anywhere behind ##[.
// Source: github.com/actions/runner, src/Runner.Common/ActionCommand.cs (seen 2026-11-21).
func inLog(text string) string {
	var out strings.Builder
	for line := range strings.Lines(withoutOld(text)) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			line = "- " + line
		}
		out.WriteString(line)
	}
	return out.String()
}

func withoutOld(text string) string { return strings.ReplaceAll(text, "##[", "## [") }

// inMessage spells a text as the message of a command.
// Source: github.com/actions/toolkit, packages/core/src/command.ts (seen 2026-11-21).
func inMessage(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(withoutOld(text))
}

// inProperty spells a text as the value of a property of a command.
func inProperty(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
