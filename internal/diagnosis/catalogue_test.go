package diagnosis

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func load(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pageOf stands for the pages of Google.
func pageOf(page string, facts map[string]string) string {
	return "https://example.com/" + page + "?project=" + facts["project"] + "&authuser=" + facts["authuser"]
}

// sample makes the symptom that a rule was written for.
func (r *rule) sample() *Symptom {
	s := &Symptom{Code: strings.TrimSuffix(first(r.Code), "*"), Text: r.Says, Endpoint: "mail.example.com:993",
		Facts: map[string]string{"account": "office@example.com"}}
	s.Where = first(r.Where)
	if span := first(r.Status); span != "" {
		low, _, _ := strings.Cut(span, "-")
		s.Status, _ = strconv.Atoi(low)
	}
	for name, values := range r.When {
		switch v := values[0]; v {
		case "-":
		case "*":
			s.Facts[name] = "known"
		case ">=7":
			s.Facts[name] = "8"
		case "<7":
			s.Facts[name] = "3"
		default:
			s.Facts[name] = v
		}
	}
	return s
}

// Each rule is reached by the refusal that it is written for, at each of its
// places: none is hidden behind one that stands before it.
func TestEachRuleFindsItsOwn(t *testing.T) {
	c := load(t)
	for _, e := range c.entries {
		for i, r := range e.Match {
			places := r.Where
			if len(places) == 0 {
				places = []string{"nowhere"}
			}
			for _, where := range places {
				s := r.sample()
				s.Where = where
				if got := c.Explain(s, pageOf); got.Name != e.Name {
					t.Errorf("Explain(%s, rule %d of %s) = %s", s, i+1, e.Name, got.Name)
				}
			}
			for _, code := range r.Code {
				s := r.sample()
				s.Code = strings.TrimSuffix(code, "*")
				if got := c.Explain(s, pageOf); got.Name != e.Name {
					t.Errorf("Explain(%s, rule %d of %s) = %s", s, i+1, e.Name, got.Name)
				}
			}
		}
	}
}

func TestEntriesAreWhole(t *testing.T) {
	c := load(t)
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	day := regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	places := []string{AtInput, AtClient, AtStore, AtProvider, AtAuthorize, AtCallback, AtToken, AtRevoke, AtIdentity,
		AtLifetime, AtConnect, AtIMAP, AtSMTP, AtPOP3, AtMail, AtCloud, AtBug}
	seen := map[string]bool{}
	for _, e := range c.entries {
		if seen[e.Name] || !name.MatchString(e.Name) {
			t.Errorf("%s: not a name, or it stands twice", e.Name)
		}
		seen[e.Name] = true
		if e.Source == "" || !day.MatchString(e.Checked) || e.Scenario == "" {
			t.Errorf("%s: source %q, checked %q, scenario %q", e.Name, e.Source, e.Checked, e.Scenario)
		}
		if _, err := time.Parse(time.DateOnly, e.Checked); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
		if !slices.Contains([]int{1, 2, 3, 4, 5, 130}, e.Exit) {
			t.Errorf("%s: exit %d", e.Name, e.Exit)
		}
		for _, r := range e.Match {
			if r.Says == "" {
				t.Errorf("%s: a rule does not say by which words it is known", e.Name)
			}
			for _, where := range r.Where {
				if !slices.Contains(places, where) {
					t.Errorf("%s: no place %s", e.Name, where)
				}
			}
		}
		words := c.words.Entries[e.Name]
		if (e.Link != "") != strings.Contains(words.Fix, "{url}") {
			t.Errorf("%s: link %q, but fix %q", e.Name, e.Link, words.Fix)
		}
		if (e.Command != "") != strings.Contains(words.Fix, "{command}") {
			t.Errorf("%s: command %q, but fix %q", e.Name, e.Command, words.Fix)
		}
		for _, text := range append([]string{words.Error, words.Fix, words.More}, words.Causes...) {
			if strings.TrimSpace(text) == "" || strings.Contains(text, "\n") {
				t.Errorf("%s: a sentence is empty or broken: %q", e.Name, text)
			}
			for _, b := range blank().FindAllString(text, -1) {
				if _, ok := c.words.Missing[strings.Trim(b, "{}")]; !ok {
					t.Errorf("%s: nothing stands for %s when it is not known", e.Name, b)
				}
			}
		}
		if strings.HasSuffix(words.Error, ".") || strings.HasSuffix(words.Fix, ".") {
			t.Errorf("%s: the lines of an error end without a full stop", e.Name)
		}
	}
	touched := regexp.MustCompile(`\{(url|command)\}[^ ]|[^ ]\{(url|command)\}`)
	for name, words := range c.words.Entries {
		if touched.MatchString(words.Fix) {
			t.Errorf("%s: something touches what is to be copied: %s", name, words.Fix)
		}
		if !seen[name] {
			t.Errorf("%s: sentences without an entry", name)
		}
	}
	if len(c.entries) < 100 {
		t.Errorf("%d entries, want 100 or more", len(c.entries))
	}
}

// The commands that are advised are ours.
func TestCommandsAreOurs(t *testing.T) {
	ours := []string{"setup", "plan", "authorize", "verify", "token", "export", "import", "accounts", "revoke", "client",
		"explain", "targets", "sandbox", "completion", "version", "help", "{suggestion}"}
	c := load(t)
	for _, e := range c.entries {
		if e.Command == "" {
			continue
		}
		words := strings.Fields(e.Command)
		if slices.Contains([]string{"chmod", "gpg", "age"}, words[0]) {
			continue
		}
		if words[0] != "gmailoauth" || !slices.Contains(ours, words[1]) {
			t.Errorf("%s: %q is no command of ours", e.Name, e.Command)
		}
	}
}

// Every language has the same entries with the same blanks.
func TestLanguagesSayTheSame(t *testing.T) {
	en := load(t)
	names, err := fs.Glob(files, "catalogue/unknown.*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	blanks := func(text string) string {
		list := blank().FindAllString(text, -1)
		slices.Sort(list)
		return fmt.Sprint(slices.Compact(list))
	}
	for _, name := range names {
		lang := strings.Split(name, ".")[1]
		other, err := Load(lang)
		if err != nil {
			t.Errorf("Load(%s): %v", lang, err)
			continue
		}
		for id, want := range en.words.Entries {
			got := other.words.Entries[id]
			if blanks(got.Error) != blanks(want.Error) || blanks(got.Fix) != blanks(want.Fix) || len(got.Causes) != len(want.Causes) {
				t.Errorf("%s: %s is not said as in English", lang, id)
			}
		}
		for id := range en.words.Missing {
			if _, ok := other.words.Missing[id]; !ok {
				t.Errorf("%s: missing.%s", lang, id)
			}
		}
	}
}

func TestExplain(t *testing.T) {
	c := load(t)
	known := map[string]string{"account": "office@example.com", "client_id": "815407401234-abc.apps.googleusercontent.com"}
	with := func(pairs ...string) map[string]string {
		facts := map[string]string{}
		maps.Copy(facts, known)
		for i := 0; i < len(pairs); i += 2 {
			facts[pairs[i]] = pairs[i+1]
		}
		return facts
	}
	const revoked = "Token has been expired or revoked."
	for _, row := range []struct {
		name string
		s    *Symptom
		want string
		exit int
	}{
		{"testing", &Symptom{Where: AtToken, Code: "invalid_grant", Text: revoked, Status: 400, Facts: with("publishing", "testing")}, "refresh-token-expired-in-testing", 4},
		{"testing, eight days", &Symptom{Where: AtToken, Code: "invalid_grant", Text: revoked, Facts: with("publishing", "testing", "age_days", "8")}, "refresh-token-expired-in-testing", 4},
		{"testing, but three days old", &Symptom{Where: AtToken, Code: "invalid_grant", Text: revoked, Facts: with("publishing", "testing", "age_days", "3")}, "refresh-token-revoked-or-expired", 4},
		{"production", &Symptom{Where: AtToken, Code: "invalid_grant", Text: revoked, Facts: with("publishing", "production")}, "refresh-token-revoked-or-expired", 4},
		{"code used twice", &Symptom{Where: AtToken, Code: "invalid_grant", Text: "Bad Request", Facts: with("grant_type", "authorization_code")}, "code-used-or-expired", 4},
		{"wrong ID", &Symptom{Where: AtToken, Code: "invalid_client", Text: "The OAuth client was not found.", Status: 401}, "client-id-unknown", 3},
		{"wrong secret, old words", &Symptom{Where: AtToken, Code: "invalid_client", Text: "Unauthorized", Status: 401}, "client-secret-wrong", 3},
		{"page for test users", &Symptom{Where: AtAuthorize, Code: "access_denied", Status: 403, Text: "x"}, "not-a-test-user", 4},
		{"Cancel", &Symptom{Where: AtAuthorize, Code: "access_denied"}, "consent-denied", 4},
		{"busy, whatever the code", &Symptom{Where: AtToken, Code: "invalid_grant", Status: 429}, "token-endpoint-busy", 5},
		{"HTML with 502", &Symptom{Where: AtToken, Code: "not-json", Status: 502}, "token-endpoint-failing", 5},
		{"HTML with 200", &Symptom{Where: AtToken, Code: "not-json", Status: 200}, "token-endpoint-not-oauth", 3},
		{"unknown words", &Symptom{Where: AtToken, Code: "brand_new", Status: 400, Text: "No."}, "unknown-refusal-at-token-endpoint", 3},
		{"unknown words, 503", &Symptom{Where: AtRevoke, Code: "x", Status: 503}, "token-endpoint-failing", 5},
		{"IMAP, nothing more known", &Symptom{Where: AtIMAP, Code: "AUTHENTICATIONFAILED", Text: "Invalid credentials (Failure)"}, "login-refused", 4},
		{"IMAP, dead token", &Symptom{Where: AtIMAP, Code: "AUTHENTICATIONFAILED", Text: "Invalid credentials (Failure)", Facts: with("verdict", "token-dead")}, "login-refused-token-dead", 4},
		{"IMAP, switched off, whatever the verdict", &Symptom{Where: AtIMAP, Code: "ALERT", Text: "Your account is not enabled for IMAP use.", Facts: with("verdict", "account-side")}, "imap-disabled-by-user", 4},
		{"SMTP, foreign token", &Symptom{Where: AtSMTP, Code: "535 5.7.8", Status: 535, Text: "5.7.8 Username and Password not accepted.", Facts: with("verdict", "other-account", "token_email", "a@example.com")}, "login-refused-other-account", 4},
		{"SMTP, no mail scope", &Symptom{Where: AtSMTP, Code: "535 5.7.8", Status: 535, Text: "not accepted", Facts: with("verdict", "no-mail-scope")}, "login-refused-no-mail-scope", 4},
		{"SMTP, mailbox refuses", &Symptom{Where: AtSMTP, Code: "535 5.7.8", Status: 535, Text: "not accepted", Facts: with("verdict", "account-side")}, "login-refused-by-mailbox", 4},
		{"POP3", &Symptom{Where: AtPOP3, Code: "AUTH", Text: "Username and password not accepted."}, "login-refused", 4},
		{"POP3 off", &Symptom{Where: AtPOP3, Code: "SYS/PERM", Text: "Your account is not enabled for POP access. Please visit …"}, "pop-disabled-by-user", 4},
		{"SMTP 454, too many logins", &Symptom{Where: AtSMTP, Code: "454 4.7.0", Status: 454, Text: "Too many login attempts, please try again later"}, "too-many-logins", 5},
		{"SMTP 454, passing", &Symptom{Where: AtSMTP, Code: "454 4.7.0", Status: 454, Text: "Cannot authenticate due to temporary system problem. Try again later."}, "mail-server-unavailable", 5},
		{"SMTP 421", &Symptom{Where: AtSMTP, Code: "421 4.4.5", Status: 421, Text: "Server busy"}, "mail-server-unavailable", 5},
		{"words on two lines", &Symptom{Where: AtSMTP, Code: "454 4.7.0", Text: "Too many\r\nlogin attempts"}, "too-many-logins", 5},
		{"our bug", &Symptom{Where: AtBug, Code: "panic"}, "bug", 1},
		{"no place", &Symptom{}, "bug", 1},
		{"no symptom", nil, "bug", 1},
		{"a word of ours without an entry", &Symptom{Where: AtStore, Code: "brand-new"}, "bug", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := c.Explain(row.s, pageOf)
			if got.Name != row.want || got.Exit != row.exit || got.Temporary != (row.exit == 5) {
				t.Errorf("Explain(%v) = %s exit %d, want %s exit %d", row.s, got.Name, got.Exit, row.want, row.exit)
			}
		})
	}
}

// The Gmail API plays no part in IMAP, SMTP and POP3, and is never blamed for
// what they refuse; only where an application needs the API itself.
func TestGmailAPIIsNeverBlamed(t *testing.T) {
	c := load(t)
	for _, e := range c.entries {
		words := c.words.Entries[e.Name]
		if e.Name == "gmail-api-off" && slices.Equal(e.Match[0].Where, []string{AtClient}) && len(e.Match) == 1 {
			continue
		}
		if e.Link == "gmail-api" || strings.Contains(strings.Join(words.Causes, " "), "Gmail API is") {
			t.Errorf("%s blames the Gmail API", e.Name)
		}
	}
}

func TestSentencesHoldWhatIsKnown(t *testing.T) {
	c := load(t)
	got := c.Explain(&Symptom{Where: AtToken, Code: "invalid_grant", Text: "Token has been expired or revoked.",
		Facts: map[string]string{"account": "office@example.com", "client_id": "815407401234-abc.apps.googleusercontent.com", "publishing": "testing"}}, pageOf)
	if want := "Google refused to renew the token of office@example.com (invalid_grant)"; got.Error != want {
		t.Errorf("Error = %q, want %q", got.Error, want)
	}
	page := pageOf("audience", map[string]string{"project": "815407401234", "authuser": "office@example.com"})
	if want := "publish the app at " + page + " and then consent again: gmailoauth authorize office@example.com"; got.Fix != want {
		t.Errorf("Fix = %q, want %q", got.Fix, want)
	}
	if got.URL != page || got.Command != "gmailoauth authorize office@example.com" || got.Cause != got.Causes[0] {
		t.Errorf("URL, Command, Cause = %q, %q, %q", got.URL, got.Command, got.Cause)
	}
}

// A server chooses its words, and must not steer the terminal, the blanks or
// the shell with them.
func TestServersWordsAreHarmless(t *testing.T) {
	c := load(t)
	got := c.Explain(&Symptom{Where: AtToken, Code: "x{command}", Text: "\x1b[31mred\x1b[0m {account}\r\nmore\u202etxt " + strings.Repeat("a", 9999)}, nil)
	if strings.ContainsAny(got.Error, "\x1b\r\n\u202e") || len(got.Error) > 1000 {
		t.Errorf("Error = %q", got.Error)
	}
	if !strings.Contains(got.Error, "x{command}") || !strings.Contains(got.Error, "{account}") {
		t.Errorf("Error = %q: a server's blanks were filled", got.Error)
	}
	for value, want := range map[string]string{
		"a@example.com": "gmailoauth authorize a@example.com",
		"":              "gmailoauth authorize EMAIL",
		"a;rm -rf ~":    "gmailoauth authorize 'a;rm -rf ~'",
		"o'neil@x.com":  `gmailoauth authorize 'o'\''neil@x.com'`,
		"-rf":           "gmailoauth authorize '-rf'",
	} {
		if got := fillCommand("gmailoauth authorize {account}", map[string]string{"account": value}); got != want {
			t.Errorf("fillCommand(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestSymptomOf(t *testing.T) {
	s := &Symptom{Where: AtIMAP}
	for _, row := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{fmt.Errorf("verify: %w", s), "imap"},
		{fmt.Errorf("verify: %w", context.DeadlineExceeded), "connect timed-out: verify: context deadline exceeded"},
		{context.Canceled, "connect cancelled: context canceled"},
		{errors.New("odd"), "bug unexpected-error: odd"},
	} {
		got := ""
		if symptom := SymptomOf(row.err); symptom != nil {
			got = symptom.Error()
		}
		if got != row.want {
			t.Errorf("SymptomOf(%v) = %q, want %q", row.err, got, row.want)
		}
	}
}

func TestEntry(t *testing.T) {
	c := load(t)
	if _, ok := c.Entry("no-such", nil); ok {
		t.Error("Entry(no-such) is there")
	}
	for _, name := range c.Names() {
		entry, ok := c.Entry(name, pageOf)
		if !ok || entry.Name != name || len(entry.Says) == 0 {
			t.Errorf("Entry(%s) = %+v, %v", name, entry, ok)
		}
	}
	got, _ := c.Entry("not-a-test-user", pageOf)
	if diff := cmp.Diff([]string{AtAuthorize, AtCallback}, got.Where); diff != "" {
		t.Errorf("Where (-want +got):\n%s", diff)
	}
}

func TestLoadUnknownLanguage(t *testing.T) {
	if _, err := Load("xx"); err == nil {
		t.Error("Load(xx) gave no error")
	}
}

func TestFitsFact(t *testing.T) {
	for _, row := range []struct {
		wanted, value string
		want          bool
	}{
		{"*", "x", true}, {"*", "", false}, {"-", "", true}, {"-", "x", false},
		{">=7", "7", true}, {">=7", "6", false}, {">=7", "x", false},
		{"<7", "6", true}, {"<7", "7", false}, {"<7", "", false}, {"a", "a", true}, {"a", "b", false},
	} {
		if got := fitsFact(row.wanted, row.value); got != row.want {
			t.Errorf("fitsFact(%q, %q) = %v, want %v", row.wanted, row.value, got, row.want)
		}
	}
}

func FuzzExplain(f *testing.F) {
	c := load(f)
	f.Add(AtToken, "invalid_grant", "Token has been expired or revoked.", 400)
	f.Add(AtSMTP, "535 5.7.8", "\x1b]0;x\x07", 535)
	f.Fuzz(func(t *testing.T, where, code, text string, status int) {
		d := c.Explain(&Symptom{Where: where, Code: code, Text: text, Status: status}, pageOf)
		if d.Name == "" || d.Exit == 0 || strings.ContainsAny(d.Error+d.Cause+d.Fix, "\n\r\x1b") {
			t.Errorf("Explain(%q, %q, %q, %d) = %+v", where, code, text, status, d)
		}
	})
}
