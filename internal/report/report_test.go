package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jstemmer/go-junit-report/v2/junit"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/words"
	"gmailoauth/internal/xoauth2"
)

var update = flag.Bool("update", false, "write the goldens anew")

var now = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

func options(t testing.TB) Options {
	t.Helper()
	said, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Words: said, Now: now, Explain: func(s *diagnosis.Symptom) diagnosis.Diagnosis {
		return catalogue.Explain(s, google.Link)
	}}
}

const sales = "sales@contoso.com"

func good(id string, ms int, pairs ...string) finding.Finding {
	f := finding.Finding{ID: id, Status: finding.Pass, Duration: time.Duration(ms) * time.Millisecond, Facts: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		switch pairs[i] {
		case "endpoint":
			f.Endpoint = pairs[i+1]
		case "mechanism":
			f.Mechanism = pairs[i+1]
		default:
			f.Facts[pairs[i]] = pairs[i+1]
		}
	}
	return f
}

func token() []finding.Finding {
	return []finding.Finding{good("token.refresh", 120, "renewed", "true"), good("token.identity", 80, "account", sales), good("token.scope", 0)}
}

func protocol(name, endpoint string, ms int) []finding.Finding {
	found := []finding.Finding{good(name+".connect", ms/2, "endpoint", endpoint), good(name+".auth", ms-ms/2, "endpoint", endpoint, "mechanism", "XOAUTH2")}
	if name != "smtp" {
		found = append(found, good(name+".mailbox", 0, "endpoint", endpoint, "messages", "12481"))
	}
	return found
}

// mixed is the proof of screens.md: all but the lifetime and POP3 is well.
func mixed() finding.Mailbox {
	ends := map[string]string{"ends_at": "2026-11-27T14:05:00Z", "left": "6d 23h", "lifetime": "testing-ends"}
	lifetime := finding.Finding{ID: "token.lifetime", Status: finding.Warn, Facts: ends,
		Symptom: &diagnosis.Symptom{Where: diagnosis.AtLifetime, Code: "testing-ends",
			Facts: map[string]string{"ends_at": ends["ends_at"], "account": sales, "client_id": "815407401234-x.apps.googleusercontent.com"}}}
	box := finding.Mailbox{Account: sales, Findings: append(token(), lifetime)}
	box.Findings = append(box.Findings, protocol("imap", "imap.gmail.com:993", 188)...)
	box.Findings = append(box.Findings, protocol("smtp", "smtp.gmail.com:465", 201)...)
	box.Findings = append(box.Findings, protocol("smtp", "smtp.gmail.com:587", 240)...)
	pop := protocol("pop3", "pop.gmail.com:995", 100)
	pop[2].Status, pop[2].Evidence = finding.Fail, "-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access."
	pop[2].Symptom = &diagnosis.Symptom{Where: diagnosis.AtPOP3, Code: "SYS/PERM", Text: pop[2].Evidence, Endpoint: "pop.gmail.com:995",
		Facts: map[string]string{"account": sales}}
	box.Findings = append(box.Findings, pop...)
	return box
}

// refused is a dead grant: nothing was tried.
func refused() finding.Mailbox {
	s := &diagnosis.Symptom{Where: diagnosis.AtToken, Code: "invalid_grant", Text: "Token has been expired or revoked.", Status: 400,
		Facts: map[string]string{"account": sales, "publishing": "testing", "project": "my-mail-123"}}
	skip := func(id string, pairs ...string) finding.Finding {
		f := good(id, 0, pairs...)
		f.Status, f.Reason = finding.Skip, "skip.no-token"
		return f
	}
	return finding.Mailbox{Account: sales, Findings: []finding.Finding{
		{ID: "token.refresh", Status: finding.Fail, Duration: 90 * time.Millisecond, Evidence: s.Text, Symptom: s},
		skip("token.identity"), skip("token.scope"),
		good("token.lifetime", 0),
		good("imap.connect", 60, "endpoint", "imap.gmail.com:993"),
		skip("imap.auth", "endpoint", "imap.gmail.com:993", "mechanism", "XOAUTH2"),
		skip("imap.mailbox", "endpoint", "imap.gmail.com:993"),
	}}
}

// foreign is a token of somebody else: the same refusal on two endpoints.
func foreign() finding.Mailbox {
	facts := map[string]string{"account": sales, "token_email": "boss@contoso.com", "got": "boss@contoso.com", "verdict": "other-account"}
	box := finding.Mailbox{Account: sales, Findings: []finding.Finding{good("token.refresh", 1, "renewed", "false"),
		{ID: "token.identity", Status: finding.Fail, Symptom: &diagnosis.Symptom{Where: diagnosis.AtIdentity, Code: "other-account", Facts: facts}}}}
	for _, port := range []string{"465", "587"} {
		endpoint := "smtp.gmail.com:" + port
		s := &diagnosis.Symptom{Where: diagnosis.AtSMTP, Code: "535 5.7.8", Status: 535, Text: "5.7.8 Username and Password not accepted. - gsmtp", Endpoint: endpoint,
			Challenge: &xoauth2.Challenge{Status: "400", Schemes: "Bearer", Scope: "https://mail.google.com/"}, Facts: facts}
		refusal := finding.Finding{ID: "smtp.auth", Status: finding.Fail, Endpoint: endpoint, Mechanism: "XOAUTH2", Symptom: s,
			Evidence: "535-5.7.8 Username and Password\r\n535 5.7.8 not accepted\x1b[31m <b>&]]>"}
		box.Findings = append(box.Findings, good("smtp.connect", 40, "endpoint", endpoint), refusal)
	}
	return box
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestHuman(t *testing.T) {
	for name, box := range map[string]finding.Mailbox{"mixed": mixed(), "refused": refused(), "foreign": foreign()} {
		for _, width := range []int{40, 80, 0} {
			t.Run(name, func(t *testing.T) {
				o := options(t)
				o.Width = width
				var out bytes.Buffer
				if err := Human(&out, o, box); err != nil {
					t.Fatal(err)
				}
				if err := Summary(&out, o, []finding.Mailbox{box}, 260*time.Millisecond); err != nil {
					t.Fatal(err)
				}
				golden(t, name+"-"+map[int]string{40: "40", 80: "80", 0: "plain"}[width]+".txt", out.Bytes())
				for line := range strings.Lines(out.String()) {
					line = strings.TrimRight(line, "\n")
					if width > 0 && lipgloss.Width(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
						t.Errorf("Human at %d columns: line of %d: %q", width, lipgloss.Width(line), line)
					}
					if strings.ContainsAny(line, "\x1b\r") {
						t.Errorf("Human: %q steers the terminal", line)
					}
				}
			})
		}
	}
}

// Colour adds nothing that is not said without it.
func TestColourSaysNothingNew(t *testing.T) {
	o := options(t)
	o.Width = 80
	var plain, coloured bytes.Buffer
	if err := Human(&plain, o, mixed()); err != nil {
		t.Fatal(err)
	}
	o.Color = true
	if err := Human(&coloured, o, mixed()); err != nil {
		t.Fatal(err)
	}
	stripped := coloured.String()
	for {
		before, rest, found := strings.Cut(stripped, "\x1b[")
		if !found {
			break
		}
		_, after, _ := strings.Cut(rest, "m")
		stripped = before + after
	}
	if diff := cmp.Diff(plain.String(), stripped); diff != "" {
		t.Errorf("without its colour (-plain +coloured):\n%s", diff)
	}
	if !strings.Contains(coloured.String(), "\x1b[") {
		t.Error("Human with Color has none")
	}
}

func TestSummaryOfSeveral(t *testing.T) {
	o := options(t)
	var out bytes.Buffer
	well := finding.Mailbox{Account: "a@example.com", Findings: token()}
	none := finding.Mailbox{Account: "b@example.com", Findings: []finding.Finding{{ID: "imap.connect", Status: finding.Skip, Reason: "skip.not-offered"}}}
	if err := Summary(&out, o, []finding.Mailbox{well, mixed(), none}, time.Second); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Fields(out.String()), strings.Fields("3 mailboxes: 1 passed, 1 failed, 1 skipped 1.00 s"); !cmp.Equal(got, want) {
		t.Errorf("Summary = %q, want %q", got, want)
	}
}

func TestClientCheck(t *testing.T) {
	o := options(t)
	o.Width = 80
	box := finding.Mailbox{Findings: []finding.Finding{
		good("client.pair", 30, "endpoint", "https://oauth2.example.com/token"),
		good("client.redirect", 30, "endpoint", "https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx"),
		{ID: "client.redirect", Status: finding.Fail, Endpoint: "http://127.0.0.1:8765/", Evidence: "register the redirect URI",
			Symptom: &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Code: "redirect_uri_mismatch", Text: "register the redirect URI", Status: 400,
				Facts: map[string]string{"redirect_uri": "http://127.0.0.1:8765/", "client_id": "815407401234-x.apps.googleusercontent.com"}}},
		{ID: "client.redirect", Status: finding.Skip, Endpoint: "https://example.com/", Reason: "skip.cannot-tell"},
	}}
	var out bytes.Buffer
	if err := Human(&out, o, box); err != nil {
		t.Fatal(err)
	}
	golden(t, "client-80.txt", out.Bytes())
}

func TestJSON(t *testing.T) {
	o := options(t)
	var out bytes.Buffer
	if err := JSON(&out, "verify", "1.2.3", []finding.Mailbox{mixed(), refused(), foreign()}, o.Explain, o.Words); err != nil {
		t.Fatal(err)
	}
	golden(t, "verify.json", out.Bytes())
	var read struct {
		Format   int
		Accounts []struct {
			Status string
			Exit   int
			Checks []struct {
				ID        string
				Status    string
				Reason    string
				Diagnosis map[string]string
			}
		}
		Summary map[string]int
	}
	if err := json.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"accounts": 3, "passed": 0, "warned": 0, "failed": 3, "skipped": 0}, read.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	for _, a := range read.Accounts {
		if a.Exit != 4 || a.Status != "fail" {
			t.Errorf("account: status %s, exit %d; want fail, 4", a.Status, a.Exit)
		}
		for _, c := range a.Checks {
			if (c.Status == "fail" || c.Status == "warn") != (c.Diagnosis != nil) {
				t.Errorf("%s: status %s, diagnosis %v", c.ID, c.Status, c.Diagnosis)
			}
			if (c.Status == "skip") != (c.Reason != "") {
				t.Errorf("%s: status %s, reason %q", c.ID, c.Status, c.Reason)
			}
		}
	}
}

func TestJSONOfNothing(t *testing.T) {
	o := options(t)
	var out bytes.Buffer
	if err := JSON(&out, "verify", "1", nil, o.Explain, o.Words); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"accounts": []`) {
		t.Errorf("JSON of no mailbox = %s", out.String())
	}
}

func TestFailure(t *testing.T) {
	o := options(t)
	var out bytes.Buffer
	d := o.Explain(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-email", Facts: map[string]string{"value": "<x>"}})
	if err := Failure(&out, "verify", "1.2.3", d); err != nil {
		t.Fatal(err)
	}
	golden(t, "failure.json", out.Bytes())
}

func TestJUnit(t *testing.T) {
	o := options(t)
	for _, strict := range []bool{false, true} {
		var out bytes.Buffer
		if err := JUnit(&out, "verify", []finding.Mailbox{mixed(), refused(), foreign()}, o.Explain, o.Words, strict); err != nil {
			t.Fatal(err)
		}
		if !strict {
			golden(t, "verify.xml", out.Bytes())
		}
		var read junit.Testsuites
		if err := xml.Unmarshal(out.Bytes(), &read); err != nil {
			t.Fatalf("JUnit wrote what cannot be read: %v", err)
		}
		failures := 5
		if strict {
			failures++ // the warning
		}
		if len(read.Suites) != 3 || read.Failures != failures || read.Skipped != 4 || read.Suites[0].Name != sales {
			t.Errorf("JUnit(strict %v) = %d suites, %d failures, %d skipped; want 3, %d, 4", strict, len(read.Suites), read.Failures, read.Skipped, failures)
		}
		for _, suite := range read.Suites {
			for _, c := range suite.Testcases {
				if c.Failure != nil && (c.Failure.Type == "" || c.Failure.Message == "" || !strings.Contains(c.Failure.Data, "fix: ")) {
					t.Errorf("%s: failure %+v", c.Name, c.Failure)
				}
				if c.Skipped != nil && c.Skipped.Message == "" {
					t.Errorf("%s: skipped without a reason", c.Name)
				}
			}
		}
	}
}

func TestExit(t *testing.T) {
	o := options(t)
	fail := func(code string) finding.Finding {
		return finding.Finding{ID: "x", Status: finding.Fail, Symptom: &diagnosis.Symptom{Where: code}}
	}
	exits := map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
	explain := func(s *diagnosis.Symptom) diagnosis.Diagnosis {
		if s.Where == diagnosis.AtBug {
			return o.Explain(s)
		}
		return diagnosis.Diagnosis{Exit: exits[s.Where]}
	}
	warn := finding.Finding{Status: finding.Warn}
	for _, row := range []struct {
		name   string
		found  []finding.Finding
		strict bool
		want   int
	}{
		{"nothing", nil, true, 0},
		{"good", token(), true, 0},
		{"warning", []finding.Finding{warn}, false, 0},
		{"warning, strict", []finding.Finding{warn}, true, 3},
		{"skipped", []finding.Finding{{Status: finding.Skip}}, true, 0},
		{"four before three", []finding.Finding{fail("three"), fail("four"), fail("five")}, false, 4},
		{"three before five", []finding.Finding{fail("five"), fail("three")}, false, 3},
		{"this machine before later", []finding.Finding{fail("five"), fail("one"), fail("two")}, false, 2},
		{"a bug before later", []finding.Finding{fail("five"), fail("one")}, false, 1},
		{"later", []finding.Finding{fail("five")}, false, 5},
		{"strict warning before later", []finding.Finding{warn, fail("five")}, true, 5},
		{"failure without a symptom", []finding.Finding{{Status: finding.Fail}}, false, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			boxes := []finding.Mailbox{{}, {Findings: row.found}}
			if got := Exit(boxes, explain, row.strict); got != row.want {
				t.Errorf("Exit(%s, strict %v) = %d, want %d", row.name, row.strict, got, row.want)
			}
		})
	}
}

func TestFourLines(t *testing.T) {
	o := options(t)
	d := o.Explain(&diagnosis.Symptom{Where: diagnosis.AtAuthorize, Code: "redirect_uri_mismatch", Status: 400,
		Facts: map[string]string{"redirect_uri": "http://127.0.0.1:8080/", "project": "my-mail-123", "client_id": "8154-x.apps.googleusercontent.com"}})
	for _, width := range []int{0, 80} {
		o.Width = width
		var out bytes.Buffer
		if err := FourLines(&out, o, d); err != nil {
			t.Fatal(err)
		}
		golden(t, map[int]string{0: "four-lines-plain.txt", 80: "four-lines-80.txt"}[width], out.Bytes())
		if n := strings.Count(out.String(), "\n"); width == 0 && n != 4 {
			t.Errorf("FourLines wrote %d lines", n)
		}
	}
	o.Color = true
	var out bytes.Buffer
	if err := FourLines(&out, o, d); err != nil || !strings.Contains(out.String(), "\x1b[") {
		t.Errorf("FourLines with Color = %q, %v", out.String(), err)
	}
}

func TestEntry(t *testing.T) {
	o := options(t)
	catalogue, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := catalogue.Entry("refresh-token-expired-in-testing", google.Link)
	for _, width := range []int{0, 80} {
		o.Width = width
		var out bytes.Buffer
		if err := Entry(&out, o, entry); err != nil {
			t.Fatal(err)
		}
		golden(t, map[int]string{0: "entry-plain.txt", 80: "entry-80.txt"}[width], out.Bytes())
	}
	o.Width = 40
	var out bytes.Buffer
	if err := Entries(&out, o, []diagnosis.Entry{entry}); err != nil || !strings.HasPrefix(out.String(), entry.Name+"\n  ") {
		t.Errorf("Entries = %q, %v", out.String(), err)
	}
}

// Every exit code that an entry may have has a word.
func TestExitCodesHaveWords(t *testing.T) {
	o := options(t)
	for _, code := range []string{"1", "2", "3", "4", "5", "130"} {
		if !o.Words.Has("report.exit-" + code) {
			t.Errorf("no sentence report.exit-%s", code)
		}
	}
}
