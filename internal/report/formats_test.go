package report

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// well is a mailbox with nothing to tell.
func well(account string) finding.Mailbox {
	return finding.Mailbox{Account: account, Findings: append(token(), protocol("imap", "imap.gmail.com:993", 188)...)}
}

// hostile is a mailbox whose server knows the formats, and writes into them.
func hostile() finding.Mailbox {
	box := foreign()
	box.Account = "hostile@contoso.com"
	f := &box.Findings[3]
	f.Evidence = "NO\r\n::error::x\n##[add-mask]y </td><script>alert(1)</script> | a=b 'c' # SKIP \"d\" \\ {{.}} ]]> \x1b[31m \u202e %0A"
	box.Findings[1].Symptom.Facts["got"] = f.Evidence
	return box
}

func formatted(t testing.TB, format string, run Run, end Ending, boxes ...finding.Mailbox) (string, Stream) {
	t.Helper()
	if run.Words == nil {
		run.Options = options(t)
	}
	run.Command, run.Version = "verify", "1.2.3"
	s := NewStream(format, run)
	var out bytes.Buffer
	if err := writeAll(&out, s, boxes, end); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.String(), s
}

var interrupted = diagnosis.Diagnosis{Name: "interrupted", Error: "interrupted before the end", Cause: "Ctrl-C", Fix: "run it again", Exit: 130}

// Each format as it is written, on three mailboxes; of an interrupted run, too.
func TestFormats(t *testing.T) {
	for format, ext := range map[string]string{"jsonl": "jsonl", "github": "github.txt", "openmetrics": "prom", "nagios": "nagios.txt", "tap": "tap", "html": "html"} {
		t.Run(format, func(t *testing.T) {
			got, s := formatted(t, format, Run{}, Ending{Elapsed: 260 * time.Millisecond}, well("well@contoso.com"), mixed(), hostile())
			golden(t, "formats."+ext, []byte(got))
			want := 4
			if format == "nagios" {
				want = nagiosCritical
			}
			if s.Exit() != want {
				t.Errorf("Exit = %d, want %d", s.Exit(), want)
			}
		})
	}
}

// A run that was interrupted says so in every format, and keeps what is whole.
func TestInterrupted(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			var summary bytes.Buffer
			got, s := formatted(t, format, Run{Summary: &summary}, Ending{Cut: &interrupted}, well("well@contoso.com"))
			want := map[string]string{"text": "well@contoso.com\n", "openmetrics": ""}
			if said, ok := want[format]; ok {
				if !strings.HasPrefix(got, said) || strings.Contains(got, "passed") || format == "openmetrics" && got != "" {
					t.Errorf("interrupted: %q", got)
				}
			} else if !strings.Contains(got, interrupted.Error) {
				t.Errorf("does not say that it was interrupted:\n%s", got)
			}
			code := 130
			if format == "nagios" {
				code = nagiosUnknown
			}
			if s.Exit() != code {
				t.Errorf("Exit = %d, want %d", s.Exit(), code)
			}
			if format == "json" {
				var read struct {
					Accounts []json.RawMessage
					Error    map[string]string
					Exit     int
				}
				if err := json.Unmarshal([]byte(got), &read); err != nil || len(read.Accounts) != 1 || read.Exit != 130 || read.Error["name"] != "interrupted" {
					t.Errorf("interrupted: %v\n%s", err, got)
				}
			}
			if format == "github" && !strings.Contains(summary.String(), interrupted.Error) {
				t.Errorf("the summary is %s", summary.String())
			}
		})
	}
}

// What kept a proof from beginning is told where a reader of the format waits
// for something, and nowhere else.
func TestFailed(t *testing.T) {
	o := options(t)
	d := o.Explain(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-email", Facts: map[string]string{"value": "<x>"}})
	for _, format := range Formats() {
		var out bytes.Buffer
		exit, err := Failed(&out, format, Run{Options: o, Command: "verify", Version: "1"}, d)
		want := 2
		if format == "nagios" {
			want = 3
		}
		if err != nil || exit != want {
			t.Errorf("Failed(%s) = %d, %v, want %d", format, exit, err, want)
		}
		told := map[string]string{"json": "{", "jsonl": "{", "github": "::error title=", "nagios": "GMAILOAUTH UNKNOWN - ", "tap": "TAP version 13\nBail out! "}[format]
		if (told == "") != (out.Len() == 0) || !strings.HasPrefix(out.String(), told) || told != "" && !strings.Contains(out.String(), d.Error) {
			t.Errorf("Failed(%s) writes %q", format, out.String())
		}
		if format != "json" && strings.Count(out.String(), "\n") > 2 {
			t.Errorf("Failed(%s) takes more than a line: %q", format, out.String())
		}
	}
}

// Whatever a server says, a runner of GitHub takes no command from it.
func TestServersCommandNobody(t *testing.T) {
	var summary bytes.Buffer
	box := hostile()
	box.Account = "::add-mask::x@example.com"
	got, _ := formatted(t, "github", Run{Summary: &summary}, Ending{}, box)
	for line := range strings.Lines(got) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") && !strings.HasPrefix(line, "::error title=gmailoauth%3A ") {
			t.Errorf("a command that is not ours: %s", line)
		}
		if strings.Contains(line, "##[") {
			t.Errorf("a command of the older kind: %s", line)
		}
	}
	if !strings.Contains(got, "%250A") {
		t.Errorf("a percent sign is not spelled:\n%s", got)
	}
	for _, never := range []string{"<script", "\n\n<"} {
		if strings.Contains(strings.TrimRight(summary.String(), "\n"), never) {
			t.Errorf("the summary holds %q:\n%s", never, summary.String())
		}
	}
}

// A summary has an end, however many problems there are.
func TestSummaryIsBounded(t *testing.T) {
	var summary bytes.Buffer
	boxes := slices.Repeat([]finding.Mailbox{mixed()}, 400) // a failure and a warning each
	formatted(t, "github", Run{Summary: &summary}, Ending{}, boxes...)
	if n := strings.Count(summary.String(), "<tr>"); n != summaryRows+1 || summary.Len() > 1<<20 || !strings.Contains(summary.String(), "500 more problems") {
		t.Errorf("the summary has %d rows and %d bytes", n, summary.Len())
	}
	got, _ := formatted(t, "nagios", Run{}, Ending{}, boxes...)
	if n := strings.Count(got, "\n"); n != nagiosLines+2 || !strings.Contains(got, "and 760 more problems") {
		t.Errorf("the plugin writes %d lines:\n%s", n, got)
	}
}

// The states of the plugin protocol.
func TestNagiosStates(t *testing.T) {
	o := options(t)
	warning := mixed()
	warning.Findings = warning.Findings[:4]
	skipped := finding.Mailbox{Account: "b@example.com", Findings: []finding.Finding{{ID: "imap.connect", Status: finding.Skip, Reason: "skip.not-offered"}}}
	broken := finding.Mailbox{Account: "c@example.com", Findings: []finding.Finding{{ID: "token.refresh", Status: finding.Fail}}}
	away := finding.Mailbox{Account: "d@example.com", Findings: []finding.Finding{{ID: "imap.connect", Status: finding.Fail,
		Symptom: &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "connection-refused", Endpoint: "imap.gmail.com:993"}}}}
	for _, row := range []struct {
		name   string
		boxes  []finding.Mailbox
		strict bool
		want   int
		says   string
	}{
		{"all is well", []finding.Mailbox{well("a@x.org"), well("b@x.org")}, false, 0, "OK - 2 mailboxes: 2 passed | mailboxes=2;;;0 passed=2;;;0;2 warned=0;0;;0;2 failed=0;;0;0;2 skipped=0;;;0;2 time=1.000s;;;0\n"},
		{"one mailbox is timed", []finding.Mailbox{well("a@x.org")}, false, 0, " 'imap_imap.gmail.com:993_xoauth2'=0.188s;;;0\n"},
		{"a warning", []finding.Mailbox{warning}, false, 1, " consent_left=601500s;;;0\n"},
		{"a warning, strict", []finding.Mailbox{warning}, true, 2, "CRITICAL"},
		{"a failure", []finding.Mailbox{warning, mixed()}, false, 2, "CRITICAL"},
		{"a failure that may pass", []finding.Mailbox{away}, false, 2, "CRITICAL"},
		{"our fault", []finding.Mailbox{broken}, false, 3, "UNKNOWN"},
		{"nothing was tried", []finding.Mailbox{skipped}, false, 3, "UNKNOWN"},
		{"what failed before what is not known", []finding.Mailbox{mixed(), broken}, false, 2, "CRITICAL"},
		{"what is not known before what warns", []finding.Mailbox{warning, broken}, false, 3, "UNKNOWN"},
	} {
		got, s := formatted(t, "nagios", Run{Options: o, Strict: row.strict}, Ending{Elapsed: time.Second}, row.boxes...)
		if s.Exit() != row.want || !strings.Contains(got, row.says) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", row.name, s.Exit(), row.want, row.says, got)
		}
	}
}

// The page's policy names its own style sheet and script, and a server's words
// are text on it.
func TestHTMLIsWhole(t *testing.T) {
	for _, lang := range words.Languages() {
		o := options(t)
		said, err := words.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		o.Words = said
		page, _ := formatted(t, "html", Run{Options: o}, Ending{}, hostile(), well("a@x.org"))
		policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
		if policy == nil {
			t.Fatal("no policy")
		}
		for element, want := range map[string]string{"style": pageCSS, "script": pageJS} {
			body := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
			if len(body) != 1 || body[0][1] != want || !strings.Contains(html.UnescapeString(policy[1]), element+"-src '"+sha(want)+"'") {
				t.Errorf("%s: the page has %d elements %s, or one that its policy does not name", lang, len(body), element)
			}
		}
		if strings.Contains(page, "<proof.") || strings.Contains(page, "<report.") || strings.Contains(page, "alert(1)<") {
			t.Errorf("%s: a sentence is missing, or a server writes on the page:\n%s", lang, page)
		}
	}
}

// discard counts what a stream that is not to keep anything has written so far.
type discard struct{ n int64 }

func (d *discard) Write(data []byte) (int, error) { d.n += int64(len(data)); return len(data), nil }

// Formats that can, write each mailbox at once; the others keep less of it than
// they are given.
func TestStreamsKeepNothing(t *testing.T) {
	atOnce := []string{"text", "json", "jsonl", "github", "tap", "html"}
	for _, format := range Formats() {
		run := Run{Options: options(t), Command: "verify", Version: "1"}
		s := NewStream(format, run)
		var out discard
		if err := s.Begin(&out); err != nil {
			t.Fatal(err)
		}
		before := out.n
		if err := s.Box(&out, well("a@x.org")); err != nil {
			t.Fatal(err)
		}
		if wrote := out.n > before; wrote != slices.Contains(atOnce, format) {
			t.Errorf("%s writes a mailbox as it comes: %v", format, wrote)
		}
	}
}

func BenchmarkFormats(b *testing.B) {
	o := options(b)
	for _, format := range Formats() {
		b.Run(format, func(b *testing.B) {
			s := NewStream(format, Run{Options: o, Command: "verify", Version: "1"})
			if err := s.Begin(io.Discard); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Box(io.Discard, mixed()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
