package report

import (
	"fmt"
	"io"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

const tapVersion = "TAP version 13\n"

// tapStream writes the Test Anything Protocol, version 13: a test point for each
// check, the plan at the end, and what a refusal means in a block of YAML. A
// warning is ok, unless strict.
type tapStream struct {
	tally
	points int
}

// Begin writes which TAP it is.
func (s *tapStream) Begin(w io.Writer) error {
	_, err := io.WriteString(w, tapVersion)
	return err
}

// Box writes a test point for each check.
func (s *tapStream) Box(w io.Writer, box finding.Mailbox) error {
	s.add(box)
	var out strings.Builder
	for _, f := range box.Findings {
		s.points++
		verdict, directive := "ok", ""
		switch {
		case f.Status == finding.Skip:
			directive = " # SKIP " + inTAP(reason(f, s.run.Words))
		case f.Status == finding.Fail, f.Status == finding.Warn && s.run.Strict:
			verdict = "not ok"
		}
		fmt.Fprintf(&out, "%s %d - %s%s\n", verdict, s.points, inTAP(box.Account+" "+checkName(f)), directive)
		if f.Status == finding.Fail || f.Status == finding.Warn {
			s.explain(&out, f)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// explain writes the block of YAML below a test point. Its values are strings in
// quotes, since readers of TAP know little of YAML.
func (s *tapStream) explain(out *strings.Builder, f finding.Finding) {
	d := diagnose(f, s.run.Explain)
	out.WriteString("  ---\n")
	for _, row := range [][2]string{{"status", string(f.Status)}, {"diagnosis", d.Name}, {"message", d.Error}, {"cause", d.Cause},
		{"fix", d.Fix}, {"evidence", evidence(f)}, {"more", explainCommand(d)}} {
		if text := printable(row[1]); text != "" {
			fmt.Fprintf(out, "  %s: \"%s\"\n", row[0], strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text))
		}
	}
	fmt.Fprintf(out, "  exit: %d\n  duration_ms: %d\n  ...\n", d.Exit, f.Duration.Milliseconds())
}

// End writes the plan.
func (s *tapStream) End(w io.Writer, end Ending) error {
	s.cut(end)
	if end.Cut != nil {
		return tapFailed(w, *end.Cut, s.run.Words)
	}
	_, err := fmt.Fprintf(w, "1..%d\n", s.points)
	return err
}

// tapFailed tells that no more will come, and why.
func tapFailed(w io.Writer, d diagnosis.Diagnosis, said *words.Words) error {
	_, err := fmt.Fprintf(w, "Bail out! %s\n", printable(said.Semicolon(d.Error, said.Colon(said.Say("report.fix"), d.Fix))))
	return err
}

// inTAP is a text on the line of a test point, where # begins a directive.
func inTAP(text string) string {
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(printable(text))
}

// checkName is a check with what tells it apart from others of its kind.
func checkName(f finding.Finding) string {
	return strings.Join(strings.Fields(f.ID+" "+f.Endpoint+" "+f.Mechanism), " ")
}
