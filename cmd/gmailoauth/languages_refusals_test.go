package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/terminal"
)

// Every wrong command line, wrong file and broken store tells its four lines in
// the language, and none of them in English.
func TestNoEnglishInErrors(t *testing.T) {
	rows := inputRows()
	maps.Copy(rows, fileRows())
	maps.Copy(rows, storeRows())
	delete(rows, "interrupted") // whoever interrupted it is told nothing
	if len(rows) < 60 {
		t.Fatalf("%d refusals, want all of the input, the files and the stores", len(rows))
	}
	inEachLanguage(t, func(r *reader) {
		if r.lang == "en" {
			return // TestEveryDiagnosisIsMet reads them
		}
		said := (&workplace{t: r.t}).said(r.lang)
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			o := newWorkplace(r.t)
			o.env["GMAILOAUTH_LANG"] = r.lang
			o.env["XDG_RUNTIME_DIR"] = r.t.TempDir()
			got := rows[name](o)
			if got.cannot != "" {
				continue
			}
			r.reads(name, got.err)
			if label := said.Say("cli.fix"); !strings.Contains(got.err, "\n"+label) && !strings.Contains(got.err, said.Say("report.fix")) {
				r.t.Errorf("%s: %s: no line begins with %q:\n%s", r.lang, name, label, got.err)
			}
		}
	})
}

// What a format writes that is of no language.
var (
	performanceData = regexp.MustCompile(`(?m) \| mailboxes=.*$`)
	keyOfYAML       = regexp.MustCompile(`(?m)^  [a-z_]+: `)
)

// The proof, in text and for CI, and what is kept of an account, on a good day
// and on bad ones. The servers' words are theirs.
func TestNoEnglishInProofs(t *testing.T) {
	scenarios := []string{"", "testing-lifetime", "imap-off-for-domain", "pop3-off-for-user", "smtp-refused", "starttls-not-advertised",
		"token-expired-or-revoked", "client-secret-wrong", "reauth-rapt-required"}
	inEachLanguage(t, func(r *reader) {
		for _, scene := range scenarios {
			o := newWorkplace(r.t)
			o.env["GMAILOAUTH_LANG"] = r.lang
			if scene == "testing-lifetime" {
				o.use(scene) // as the consent is given
			}
			o.connect()
			o.use(strings.Fields(scene)...)
			o.later(2 * time.Hour) // the token has to be renewed
			code, out, _ := o.run("verify", "--protocol", "imap,smtp,pop3", "--format", "json")
			if good := scene == "" || scene == "testing-lifetime"; good != (code == 0) {
				r.t.Errorf("verify in %q = %d", scene, code)
			}
			servers := evidenceIn(r.t, out)
			for _, args := range [][]string{{"verify", "--protocol", "imap,smtp,pop3"}, {"verify", "--protocol", "imap,smtp,pop3", "--format", "junit"},
				{"verify", "--format", "github"}, {"verify", "--format", "nagios"}, {"verify", "--format", "tap"}, {"verify", "--format", "html"},
				{"accounts", "list"}, {"accounts", "show", o.who}, {"client", "check"}} {
				_, out, said := o.run(args...)
				switch args[len(args)-1] {
				case "html":
					out = textOfHTML(out)
				case "nagios":
					out = performanceData.ReplaceAllString(out, "")
				case "tap":
					out = keyOfYAML.ReplaceAllString(out, "")
				}
				r.reads(scene+" "+strings.Join(args, " "), servers.Replace(html.UnescapeString(out+said)))
			}
		}
	})
}

// evidenceIn finds what the servers said in a proof, so that it can be left out.
func evidenceIn(t *testing.T, proof string) *strings.Replacer {
	t.Helper()
	var read struct {
		Accounts []struct{ Checks []struct{ Evidence string } }
	}
	if err := json.Unmarshal([]byte(proof), &read); err != nil {
		t.Fatalf("%v:\n%s", err, proof)
	}
	var pairs []string
	for _, account := range read.Accounts {
		for _, check := range account.Checks {
			if said := flat(check.Evidence); said != "" {
				pairs = append(pairs, said, "…")
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

// The pages at the end of a consent: it worked, it was refused, and one that
// nobody asked for.
func TestNoEnglishInTheBrowser(t *testing.T) {
	inEachLanguage(t, func(r *reader) {
		for _, endings := range [][]string{{"", "state=of-another&code=x", "error=access_denied"}, {"error=brand_new"}, {"code=4/0AbC"}} {
			o := newWorkplace(r.t)
			o.env["GMAILOAUTH_LANG"] = r.lang
			_, file := o.client(account.Desktop)
			seen := 0
			o.open = func(_ context.Context, address string, _ terminal.Env) error {
				for _, ending := range endings {
					seen++
					r.reads("the page after "+strconv.Quote(ending), textOfHTML(pageAfter(r.t, address, ending)))
				}
				return nil
			}
			_, _, said := o.run("authorize", o.who, "--client-file", file)
			r.reads("authorize after "+endings[len(endings)-1], said)
			if seen != len(endings) {
				r.t.Errorf("%s: %d pages of %q were shown", r.lang, seen, endings)
			}
		}
	})
}

// pageAfter gives the page that a browser shows that comes back with an answer:
// to the right question, unless it says otherwise; "" is no answer.
func pageAfter(t *testing.T, address, ending string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	back := u.Query().Get("redirect_uri") + "?" + ending
	if ending != "" && !strings.Contains(ending, "state=") {
		back += "&state=" + u.Query().Get("state")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, back, http.NoBody)
	if err != nil {
		t.Error(err)
		return ""
	}
	reply, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = reply.Body.Close() }()
	page, err := io.ReadAll(reply.Body)
	if err != nil || !strings.Contains(string(page), "<title>") {
		t.Errorf("the page after %q is %q (%v)", ending, page, err)
	}
	return string(page)
}
