package playbook

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/secret"
)

// told writes what a guide shows of a step: each instruction and question, and
// under which condition.
func told(steps []StepState, id string) []string {
	var list []string
	for _, s := range steps {
		if s.ID != id {
			continue
		}
		for _, i := range s.Instructions {
			list = append(list, strings.TrimSpace(i.ID+" "+conditionText(i.When)))
		}
		for _, q := range s.Questions {
			list = append(list, strings.TrimSpace("?"+q.Key+" "+conditionText(q.When)))
		}
	}
	return list
}

func conditionText(when Condition) string {
	var parts []string
	for key, values := range when {
		parts = append(parts, key+"="+strings.Join(values, "|"))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func TestUndecided(t *testing.T) {
	const production = "audience=external publishing=production"
	for _, row := range []struct {
		about, target, step string
		given               Answers
		want                []string
	}{
		{"nobody knows who may sign in: all three ways stand there", "nocobase", "audience", nil,
			[]string{"open", "internal audience=internal", "external audience=external", "branding " + production, "pages " + production, "save " + production,
				"publish " + production, "users audience=external publishing=testing", "?audience", "?publishing audience=external",
				"?home_page " + production, "?privacy_policy " + production, "?ack_audience"}},
		{"external leaves both publishing statuses, though one is the default", "nocobase", "audience", given("audience", "external"),
			[]string{"open", "external", "branding publishing=production", "pages publishing=production", "save publishing=production",
				"publish publishing=production", "users publishing=testing", "?audience", "?publishing",
				"?home_page publishing=production", "?privacy_policy publishing=production", "?ack_audience"}},
		{"the organisation's step waits for the mailboxes", "nocobase", "console", nil,
			[]string{"open", "terms", "two-step", "billing", "workspace account_kind=workspace", "?ack_console"}},
		{"a private mailbox has no organisation", "nocobase", "console", given("account", "someone@gmail.com"),
			[]string{"open", "terms", "two-step", "billing", "?ack_console"}},
		{"both given: one way is left", "nocobase", "audience", given("audience", "external", "publishing", "testing"),
			[]string{"open", "external", "users", "?audience", "?publishing", "?ack_audience"}},
		{"internal needs no publishing", "nocobase", "audience", given("audience", "internal"),
			[]string{"open", "internal", "?audience", "?ack_audience"}},
		{"the sandbox never counts", "nocobase", "audience", given("audience", "internal", "sandbox", "true"),
			[]string{"open", "internal", "?audience", "?ack_audience"}},
		{"a project that is not known is to be made", "nocobase", "project", nil,
			[]string{"open", "name", "organisation", "create", "copy", "?project"}},
		{"a project that is known is not named", "nocobase", "project", given("project", "my-mail-123"),
			[]string{"open", "organisation", "create", "?project"}},
		{"a refresh token may come from elsewhere", "nocobase", "consent", given("audience", "internal"),
			[]string{"adopt refresh_token=*", "choose", "tick", "?refresh_token"}},
		{"a refresh token that is given saves the consent", "nocobase", "consent", Answers{"refresh_token": {Secret: secret.New("t")}},
			[]string{"adopt", "?refresh_token"}},
		{"the application decides the type of its client", "nocobase", "client", given("client_file", "c.json"),
			[]string{"open", "web", "name", "origins", "redirects", "create", "?client_file", "?redirect_port"}},
		{"an ID by hand asks for the secret", "generic-desktop", "client", nil,
			[]string{"open", "desktop", "name", "create", "?client_file", "?client_id", "?client_secret client_id=*", "?redirect_port"}},
		{"without an application both types stand there", "", "client", given("client_file", "c.json"),
			[]string{"open", "web client_type=web", "desktop client_type=desktop", "name", "origins client_type=web origins=*",
				"redirects client_type=web", "create", "?client_file", "?redirect_port"}},
	} {
		got := told(load(t, row.target).Undecided(row.given, nil), row.step)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.about, diff)
		}
	}
}

// Whether a step is needed at all can depend on the application.
func TestUndecidedSteps(t *testing.T) {
	last := func(target string, marks Marks) StepState {
		steps := load(t, target).Undecided(nil, marks)
		return steps[len(steps)-1]
	}
	if s := last("yetiforce", nil); s.ID != "withdraw" || s.Status != Open || len(s.When) > 0 {
		t.Errorf("yetiforce: %s is %s when %v, want it open without condition", s.ID, s.Status, s.When)
	}
	if s := last("generic-desktop", nil); s.Status != Skipped || s.Reason == "" {
		t.Errorf("generic-desktop: withdraw is %s (%s), want it skipped with a reason", s.Status, s.Reason)
	}
	if s := last("", nil); s.Status != Open || conditionText(s.When) != "target.prompt_consent=false" {
		t.Errorf("no target: withdraw is %s when %v, want it to depend on the application", s.Status, s.When)
	}
	if s := last("yetiforce", Marks{"withdraw": Acknowledged}); s.Status != Acknowledged {
		t.Errorf("a step that was acknowledged is %s", s.Status)
	}
}

// What is to be pasted stands there, or is a blank that can be seen as one.
func TestUndecidedValues(t *testing.T) {
	for _, row := range []struct {
		about, target, step, instruction string
		given                            Answers
		want                             []string
	}{
		{"the known part of an address stays", "nocobase", "client", "redirects", nil,
			[]string{"‹Address of NocoBase›/admin/settings/mail/oauth2", "http://127.0.0.1:8765/"}},
		{"an answer fills it", "nocobase", "client", "redirects", given("base_url", "https://office.example.com"),
			[]string{"https://office.example.com/admin/settings/mail/oauth2", "http://127.0.0.1:8765/"}},
		{"no application is chosen", "", "client", "redirects", nil, []string{"‹the redirect URI›", "http://127.0.0.1:8765/"}},
		{"origins", "nocobase", "client", "origins", nil, []string{"‹the application's address›"}},
		{"domains", "nocobase", "branding", "domains", given("base_url", "https://office.example.com"), []string{"example.com"}},
		{"a name is proposed", "nocobase", "branding", "name", nil, []string{"NocoBase mail"}},
		{"an address that follows from another", "nocobase", "branding", "support", nil, []string{"‹your address›"}},
		{"every mailbox", "nocobase", "audience", "users", given("account", "a@example.com b@example.com"), []string{"a@example.com", "b@example.com"}},
	} {
		for _, s := range load(t, row.target).Undecided(row.given, nil) {
			for _, i := range s.Instructions {
				if s.ID == row.step && i.ID == row.instruction {
					if diff := cmp.Diff(row.want, i.Values); diff != "" {
						t.Errorf("%s (-want +got):\n%s", row.about, diff)
					}
					for _, v := range i.Values {
						if IsBlank(v) != strings.Contains(v, "›") {
							t.Errorf("IsBlank(%q) = %t", v, IsBlank(v))
						}
					}
				}
			}
		}
	}
}

// Nothing that a guide prints holds a blank that nobody filled.
func TestUndecidedLeavesNoBraces(t *testing.T) {
	for _, name := range append([]string{""}, Targets()...) {
		for _, s := range load(t, name).Undecided(nil, nil) {
			for _, i := range s.Instructions {
				if text := i.Text + i.Note + strings.Join(i.Values, " "); strings.Contains(text, "{") {
					t.Errorf("%s, %s.%s: %q", name, s.ID, i.ID, text)
				}
			}
			if text := s.Title + s.Why + s.More + s.Sees + s.Checks; strings.Contains(text, "{") {
				t.Errorf("%s, %s: %q", name, s.ID, text)
			}
		}
	}
}
