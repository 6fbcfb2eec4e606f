package playbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ofConsent is what is said of mailboxes that consent, and is not true of those
// that a service account opens.
var ofConsent = regexp.MustCompile(`(?i)\bconsent|\bredirect|\bthe client\b|\bInternal\b|\bExternal\b|test users`)

// What a step of both walks says of consent, it says otherwise where a service
// account opens the mailboxes; in every language the same is said otherwise.
func TestDelegatedWordsAreTrue(t *testing.T) {
	var data struct {
		Steps []stepData `yaml:"steps"`
	}
	if err := readWalk("steps.yaml", &data); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, lang := range languages(t, walk, "google") {
		var text textData
		if err := readWalk("text."+lang+".yaml", &text); err != nil {
			t.Fatal(err)
		}
		var otherwise []string
		for _, d := range data.Steps {
			own := text.Steps[d.ID]
			if own.Delegated == nil {
				own.Delegated = &delegatedText{}
			}
			if d.Grant != "" && !cmp.Equal(*own.Delegated, delegatedText{}) {
				t.Errorf("%s: step %s is of one walk, and has words for the other", lang, d.ID)
			}
			if d.Grant != "" {
				continue
			}
			said := func(id, here, there string) {
				if there != "" {
					otherwise = append(otherwise, d.ID+"."+id)
				}
				if lang == "en" && there == "" && ofConsent.MatchString(here) {
					t.Errorf("step %s says of %s, also where a service account opens the mailboxes: %s", d.ID, id, here)
				}
			}
			said("why", own.Why, own.Delegated.Why)
			said("more", own.More, own.Delegated.More)
			said("sees", own.Sees, own.Delegated.Sees)
			said("checks", own.Checks, own.Delegated.Checks)
			for id, i := range own.Do {
				if d.ID == "target" && id == "register" {
					continue // such an application has no redirect URI
				}
				said("do."+id+".text", i.Text, own.Delegated.Do[id].Text)
				said("do."+id+".note", i.Note, own.Delegated.Do[id].Note)
			}
			for key, q := range own.Questions {
				said("ask."+key, q.Help, own.Delegated.Questions[key])
			}
			for id := range own.Delegated.Do {
				if _, ok := own.Do[id]; !ok {
					t.Errorf("%s: step %s has no instruction %s to be said otherwise", lang, d.ID, id)
				}
			}
			for key := range own.Delegated.Questions {
				if _, ok := own.Questions[key]; !ok {
					t.Errorf("%s: step %s has no question %s to be said otherwise", lang, d.ID, key)
				}
			}
		}
		slices.Sort(otherwise)
		if want == nil {
			want = otherwise
		}
		if diff := cmp.Diff(want, otherwise); diff != "" {
			t.Errorf("%s says other things otherwise (-first language +%s):\n%s", lang, lang, diff)
		}
	}
	if len(want) < 10 {
		t.Errorf("said otherwise: %v", want)
	}
}

// Resolve and Undecided speak the words of the walk that was chosen, and the data
// of the playbook stays as it is.
func TestStepsSpeakOfTheirWalk(t *testing.T) {
	target, err := LoadTarget("generic-desktop", "en")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load("en", target)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for grant, want := range map[string]string{
			ByConsent:    "Each mailbox gives its own consent / each of them consents once / [login-refused-other-account]",
			ByDelegation: "The service account opens these mailboxes / nobody is asked for consent / [delegation-of-consumer-mailbox]",
		} {
			answers := Answers{"grant": {Values: []string{grant}}, "account": {Values: []string{"office@example.com"}}}
			for _, steps := range [][]StepState{p.Resolve(answers, nil), p.Undecided(answers, nil)} {
				s := steps[1]
				got := fmt.Sprint(s.Why, " ", s.Questions[0].Help, " ", s.Pitfalls)
				for part := range strings.SplitSeq(want, " / ") {
					if !strings.Contains(got, part) {
						t.Errorf("by %s step %s says %q, want %q", grant, s.ID, got, part)
					}
				}
			}
		}
	}
}
