package playbook

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func walkOf(t *testing.T, target string, answers Answers) []string {
	t.Helper()
	found, err := LoadTarget(target, "en")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Load("en", found)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, step := range book.Resolve(answers, nil) {
		ids = append(ids, step.ID)
	}
	var undecided []string
	for _, step := range book.Undecided(answers, nil) {
		undecided = append(undecided, step.ID)
	}
	if diff := cmp.Diff(ids, undecided); diff != "" {
		t.Errorf("plan and guide have other steps (-plan +guide):\n%s", diff)
	}
	return ids
}

// Each way of opening mailboxes has its own steps, and none of the other's.
func TestStepsOfEachGrant(t *testing.T) {
	for grant, want := range map[string]string{
		"":           "target account console project gmail-api branding audience scope client workspace consent proof handover verification withdraw",
		ByConsent:    "target account console project gmail-api branding audience scope client workspace consent proof handover verification withdraw",
		ByDelegation: "target account console project service-account delegation proof handover",
	} {
		answers := Answers{}
		if grant != "" {
			answers["grant"] = Answer{Values: []string{grant}, From: FromFlag}
		}
		if got := strings.Join(walkOf(t, "generic-desktop", answers), " "); got != want {
			t.Errorf("steps by %q: %s\nwant %s", grant, got, want)
		}
	}
}

// It is asked only where delegation is of use, and answered by flag anywhere.
func TestGrantIsAskedWhereItIsOfUse(t *testing.T) {
	for _, row := range []struct {
		target, accounts string
		asked            bool
	}{
		{"generic-desktop", "a@example.com b@example.com", true},
		{"generic-desktop", "a@example.com", false},
		{"generic-desktop", "a@example.com b@example.org", false},
		{"generic-desktop", "a@gmail.com b@gmail.com", false},
		{"winmentor", "a@example.com b@example.com", false}, // it asks Google itself
		{"nocobase", "a@example.com b@example.com", false},
	} {
		target, err := LoadTarget(row.target, "en")
		if err != nil {
			t.Fatal(err)
		}
		book, err := Load("en", target)
		if err != nil {
			t.Fatal(err)
		}
		answers := Answers{"account": {Values: strings.Fields(row.accounts), From: FromFlag}}
		asked := false
		for _, step := range book.Resolve(answers, nil) {
			asked = asked || slices.ContainsFunc(step.Questions, func(q QuestionState) bool { return q.Key == "grant" })
		}
		if asked != row.asked {
			t.Errorf("%s, %s: asked %t, want %t", row.target, row.accounts, asked, row.asked)
		}
	}
}

// The page of the Admin console is filled in as soon as the ID is known.
func TestDelegationPage(t *testing.T) {
	target, err := LoadTarget("generic-desktop", "en")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Load("en", target)
	if err != nil {
		t.Fatal(err)
	}
	one := func(values ...string) Answer { return Answer{Values: values, From: FromFlag} }
	answers := Answers{"grant": one(ByDelegation), "account": one("office@example.com"), "scope": one("both"), "client_id": one("815407401234-a.apps.example.com")}
	page := func() string {
		for _, step := range book.Resolve(answers, nil) {
			if step.ID == "delegation" {
				return step.URL
			}
		}
		return ""
	}
	const start = "https://admin.google.com/ac/owl/domainwidedelegation?"
	if got := page(); strings.Contains(got, "ClientId") || strings.Contains(got, "clientId") || !strings.HasPrefix(got, start) {
		t.Errorf("without an ID: %s", got)
	}
	answers["service_account_id"] = one("100000000000000000001")
	want := start + "clientScopeToAdd=https%3A%2F%2Fmail.google.com%2F%2Chttps%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.imap_admin" +
		"&clientIdToAdd=100000000000000000001&overwriteClientId=true&authuser=office%40example.com"
	if got := page(); got != want {
		t.Errorf("page %s\nwant %s", got, want)
	}
}
