package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// The plugin protocol of Nagios has exit codes of its own.
// Source: monitoring-plugins.org/doc/guidelines.html, section Plugin Return Codes (seen 2026-11-21).
const (
	nagiosOK = iota
	nagiosWarning
	nagiosCritical
	nagiosUnknown
)

// nagiosLines is how many problems are named below the first line: servers cut
// off what is longer than 8 kB.
const nagiosLines = 40

// nagiosStream writes what a plugin of Nagios or Icinga does: a line with its
// performance data, and below it what is not well, of which it keeps the first
// forty failures and the first forty warnings. A refusal is CRITICAL, also one that may pass, since
// the server asks again before it tells anyone; what is wrong on this machine,
// or could not be tried at all, is UNKNOWN; a warning is WARNING, or CRITICAL if
// strict.
type nagiosStream struct {
	tally
	state    int
	first    string   // what the first line tells of the first failure, or the first warning
	failures []string // lines
	warnings []string
	problems int
	timing   []string // performance data of the first mailbox
}

// Begin writes nothing: the first line holds the totals.
func (s *nagiosStream) Begin(io.Writer) error {
	s.state = nagiosOK
	return nil
}

// Box keeps what is not well.
func (s *nagiosStream) Box(_ io.Writer, box finding.Mailbox) error {
	is, code := s.add(box)
	state := s.stateOf(is, code)
	s.state = worseState(s.state, state)
	rows := rowsOf(box, s.run.Options)
	if s.total == 1 {
		s.timing = timings(box, rows, s.run.Now)
	}
	told := map[string]bool{}
	for _, r := range rows {
		if r.diagnosis == nil || told[r.diagnosis.Name] {
			continue
		}
		told[r.diagnosis.Name] = true
		s.keep(box.Account, r)
	}
	return nil
}

// keep notes a problem, as far as there is room for it.
func (s *nagiosStream) keep(account string, r row) {
	s.problems++
	list := &s.failures
	if r.status == finding.Warn {
		list = &s.warnings
	}
	if len(s.failures) == 0 && (r.status == finding.Fail || len(s.warnings) == 0) {
		s.first = onPluginLine(s.run.Words.Colon(account, r.diagnosis.Error))
	}
	if len(*list) < nagiosLines {
		what := strings.Join(strings.Fields(r.label+" "+r.endpoint), " ")
		*list = append(*list, onPluginLine(s.run.Words.Colon(account+" ("+what+")", s.run.Words.Semicolon(r.diagnosis.Error, r.diagnosis.Fix))))
	}
}

func (s *nagiosStream) stateOf(is finding.Status, code int) int {
	switch {
	case is == finding.Fail && (code == 1 || code == 2), is == finding.Skip:
		return nagiosUnknown
	case is == finding.Fail, is == finding.Warn && s.run.Strict:
		return nagiosCritical
	case is == finding.Warn:
		return nagiosWarning
	}
	return nagiosOK
}

// worseState gives the one that comes first: CRITICAL, UNKNOWN, WARNING, OK.
func worseState(a, b int) int {
	for _, state := range []int{nagiosCritical, nagiosUnknown, nagiosWarning} {
		if a == state || b == state {
			return state
		}
	}
	return nagiosOK
}

// End writes all.
func (s *nagiosStream) End(w io.Writer, end Ending) error {
	if end.Cut != nil {
		s.state = nagiosUnknown
		return nagiosFailed(w, *end.Cut, s.run.Words)
	}
	total := s.total
	data := append([]string{
		fmt.Sprintf("mailboxes=%d;;;0", total),
		fmt.Sprintf("passed=%d;;;0;%d", s.count(finding.Pass), total),
		fmt.Sprintf("warned=%d;0;;0;%d", s.count(finding.Warn), total),
		fmt.Sprintf("failed=%d;;0;0;%d", s.count(finding.Fail), total),
		fmt.Sprintf("skipped=%d;;;0;%d", s.count(finding.Skip), total),
		fmt.Sprintf("time=%.3fs;;;0", end.Elapsed.Seconds()),
	}, s.ofOne()...)
	first := s.counted()
	if s.first != "" {
		first = s.run.Words.Semicolon(first, s.first)
	}
	lines := append([]string{pluginLine(s.state, first) + " | " + strings.Join(data, " ")}, s.failures...)
	lines = append(lines, s.warnings...)
	lines = lines[:min(len(lines), nagiosLines+1)]
	if more := s.problems + 1 - len(lines); more > 0 {
		lines = append(lines, s.run.Words.Count("proof.more", more))
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// ofOne is the performance data that only the proof of one mailbox has.
func (s *nagiosStream) ofOne() []string {
	if s.total != 1 {
		return nil
	}
	return s.timing
}

// Exit gives the exit code of the plugin protocol.
func (s *nagiosStream) Exit() int { return s.state }

// nagiosFailed tells what kept the plugin from finding out anything.
func nagiosFailed(w io.Writer, d diagnosis.Diagnosis, said *words.Words) error {
	_, err := io.WriteString(w, pluginLine(nagiosUnknown, onPluginLine(said.Semicolon(d.Error, d.Fix)))+"\n")
	return err
}

func pluginLine(state int, text string) string {
	return "GMAILOAUTH " + [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[state] + " - " + text
}

// onPluginLine is a text on one line, without the bar that begins the
// performance data.
func onPluginLine(text string) string { return strings.ReplaceAll(printable(text), "|", "¦") }

// timings are how long each protocol took, and how long the consent will last.
func timings(box finding.Mailbox, rows []row, now time.Time) []string {
	var data []string
	for _, r := range rows {
		if r.endpoint == "" || r.status == finding.Skip || r.took <= 0 {
			continue
		}
		name := strings.Join(strings.Fields(strings.ToLower(r.label+" "+r.endpoint+" "+r.mechanism)), "_") // graphing tools like no spaces
		data = append(data, fmt.Sprintf("'%s'=%.3fs;;;0", strings.NewReplacer("'", "", "=", "", "|", "").Replace(name), r.took.Seconds()))
	}
	if end, ok := consentEnds(box); ok {
		data = append(data, fmt.Sprintf("consent_left=%.0fs;;;0", max(0, end.Sub(now).Seconds())))
	}
	return data
}

// consentEnds is when the consent of a mailbox ends, if an end is set.
func consentEnds(box finding.Mailbox) (time.Time, bool) {
	for _, f := range box.Findings {
		if f.ID != "token.lifetime" {
			continue
		}
		end, err := time.Parse(time.RFC3339, f.Facts["ends_at"])
		return end, err == nil
	}
	return time.Time{}, false
}
