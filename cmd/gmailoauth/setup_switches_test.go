package main

import (
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/words"
)

// The proof tells what an administrator allows, and the step of it says so: seen
// when the mailbox is read, open when Google's own words name the switch, also
// when somebody had said that all is well. In every language.
func TestSwitchesSeenInTheProof(t *testing.T) {
	rows := []struct {
		name, scenario, protocol string
		code                     int
		says                     []string // ids of effects
		never                    []string
		stage                    string // id of the line of the overview that names the step
	}{
		{name: "both are on", protocol: "imap,smtp,pop3", says: []string{"switch-imap", "switch-pop3"}, stage: "overview-seen"},
		{name: "POP3 was not looked at", protocol: "imap,smtp", says: []string{"switch-imap"}, never: []string{"switch-pop3"}, stage: "overview-seen"},
		{name: "IMAP is off for the domain", scenario: "imap-off-for-domain", protocol: "imap,smtp,pop3", code: 4,
			says: []string{"imap-disabled-by-domain", "switch-pop3"}, never: []string{"switch-imap"}, stage: "overview-open"},
		{name: "POP3 is off for the domain, said after the login", scenario: "pop3-off-for-domain", protocol: "imap,smtp,pop3", code: 4,
			says: []string{"pop-disabled-by-domain", "switch-imap"}, never: []string{"switch-pop3"}, stage: "overview-open"},
		{name: "POP3 is off for the user, which is no administrator's matter", scenario: "pop3-off-for-user", protocol: "imap,smtp,pop3", code: 4,
			says: []string{"switch-imap"}, never: []string{"switch-pop3"}, stage: "overview-said"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := newWorkplace(t)
			if row.scenario != "" {
				o.use(row.scenario)
			}
			t.Chdir(t.TempDir())
			args, _ := o.setupArgs("generic-desktop", account.Desktop)
			args = append(args, "--ack", "workspace", "--protocol", row.protocol)
			langs := words.Languages()
			if row.code == 0 {
				langs = []string{"en"} // the walks of languages_walk_test.go show the others
			}
			for _, lang := range langs {
				o.env["GMAILOAUTH_LANG"] = lang
				o.env["HOME"] = t.TempDir()
				code, _, told := o.run(args...)
				said := flat(told)
				if code != row.code {
					t.Errorf("%s: setup = %d, want %d", lang, code, row.code)
				}
				w := o.said(lang)
				for _, id := range row.says {
					if !strings.Contains(said, o.switchNote(lang, id)) {
						t.Errorf("%s: stderr lacks %q", lang, o.switchNote(lang, id))
					}
				}
				for _, id := range row.never {
					if strings.Contains(said, flat(w.Say("effects."+id))) {
						t.Errorf("%s: stderr says %q", lang, w.Say("effects."+id))
					}
				}
				if got := o.lineOfStep(lang, told, row.stage); !slices.Contains(got, "Workspace") {
					t.Errorf("%s: %s names %q, want Workspace among them", lang, row.stage, got)
				}
				if t.Failed() {
					t.Log(told)
					return
				}
			}
		})
	}
}

// said are the words of a language.
func (o *workplace) said(lang string) *words.Words {
	o.t.Helper()
	w, err := words.Load(lang)
	if err != nil {
		o.t.Fatal(err)
	}
	return w
}

// switchNote is what a note says: a sentence of the effects, or the refusal that
// a diagnosis names.
func (o *workplace) switchNote(lang, id string) string {
	o.t.Helper()
	w := o.said(lang)
	if w.Has("effects." + id) {
		return flat(w.Say("effects." + id))
	}
	entry, ok := entryIn(o.t, lang, id)
	if !ok {
		o.t.Fatalf("no diagnosis %s", id)
	}
	return flat(w.Say("effects.switch-off", "words", entry.Error, "stage", "Workspace"))
}

// lineOfStep gives the steps that a line of the overview names.
func (o *workplace) lineOfStep(lang, told, id string) []string {
	o.t.Helper()
	for n := range 30 {
		before := flat(o.said(lang).Count("effects."+id, n, "steps", ""))
		if _, steps, ok := strings.Cut(flat(told), before); ok {
			steps, _, _ = strings.Cut(steps, " ✗ ")
			if end := strings.IndexAny(steps, "✓◌!?"); end >= 0 { // the next line of the overview
				steps = steps[:end]
			}
			return strings.Split(strings.TrimSpace(steps), ", ")
		}
	}
	return nil
}
