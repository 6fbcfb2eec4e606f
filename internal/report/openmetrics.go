package report

import (
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/finding"
)

//go:embed metrics.yaml
var metricsData []byte

// metric is one family of samples.
type metric struct {
	Name, Unit, Help string
}

// metricsStream writes OpenMetrics 1.0: for node_exporter's textfile collector
// and the Pushgateway. The samples of a metric stand together, so those of all
// mailboxes are kept as text until the end: about 200 bytes for a mailbox that
// is well.
type metricsStream struct {
	tally
	metrics []metric
	samples map[string]*strings.Builder
}

// Begin reads which metrics there are.
func (s *metricsStream) Begin(io.Writer) error {
	if err := yaml.Unmarshal(metricsData, &s.metrics); err != nil {
		return fmt.Errorf("metrics.yaml: %w", err)
	}
	s.samples = make(map[string]*strings.Builder, len(s.metrics))
	for _, m := range s.metrics {
		s.samples[m.Name] = new(strings.Builder)
	}
	return nil
}

// Box keeps the samples of a mailbox.
func (s *metricsStream) Box(_ io.Writer, box finding.Mailbox) error {
	is, code := s.add(box)
	account := labelled("account", box.Account)
	up := "1"
	if is == finding.Fail {
		up = "0"
	}
	s.sample("mailbox_up", up, account)
	s.sample("mailbox_exit_code", strconv.Itoa(code), account)
	var took time.Duration
	written := map[string]bool{}
	for _, f := range box.Findings {
		took += f.Duration
		if until, err := time.Parse(time.RFC3339, f.Facts["expires_at"]); err == nil && f.ID == "token.refresh" {
			s.sample("access_token_expiry_timestamp_seconds", unix(until), account)
		}
		if f.Status != finding.Fail && f.Status != finding.Warn {
			continue
		}
		labels := strings.Join([]string{account, labelled("check", f.ID), labelled("endpoint", f.Endpoint), labelled("mechanism", f.Mechanism),
			labelled("status", string(f.Status)), labelled("diagnosis", diagnose(f, s.run.Explain).Name)}, ",")
		if !written[labels] { // a sample that stands twice spoils the whole file
			written[labels] = true
			s.sample("problem", "1", labels)
		}
	}
	s.sample("mailbox_check_duration_seconds", decimal(took), account)
	if end, ok := consentEnds(box); ok {
		s.sample("consent_end_timestamp_seconds", unix(end), account)
	}
	return nil
}

// End writes all, but of a run that was cut off nothing: what was known before
// is more than half of what is known now.
func (s *metricsStream) End(w io.Writer, end Ending) error {
	s.cut(end)
	if end.Cut != nil {
		return nil
	}
	for _, is := range statuses() {
		s.sample("mailboxes", strconv.Itoa(s.count(is)), labelled("status", string(is)))
	}
	command := labelled("command", s.run.Command)
	s.sample("run_exit_code", strconv.Itoa(s.code), command)
	s.sample("run_duration_seconds", decimal(end.Elapsed), command)
	s.sample("run_end_timestamp_seconds", unix(s.run.Now.Add(end.Elapsed)), command)
	s.sample("build", "1", labelled("version", s.run.Version))
	for _, m := range s.metrics {
		samples := s.samples[m.Name].String()
		if samples == "" {
			continue
		}
		head := "# TYPE " + m.Name + " gauge\n"
		if m.Unit != "" {
			head += "# UNIT " + m.Name + " " + m.Unit + "\n"
		}
		head += "# HELP " + m.Name + " " + m.Help + "\n"
		if _, err := io.WriteString(w, head+samples); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "# EOF\n")
	return err
}

// sample adds one to the metric of a name of metrics.yaml.
func (s *metricsStream) sample(name, value, labels string) {
	name = "gmailoauth_" + name
	s.samples[name].WriteString(name + "{" + labels + "} " + value + "\n")
}

// labelled is a label with its value in quotes.
func labelled(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable(value)) + `"`
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func decimal(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
