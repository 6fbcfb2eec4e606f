package playbook

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// given makes answers of flags from key, value pairs.
func given(pairs ...string) Answers {
	a := Answers{}
	for i := 0; i+1 < len(pairs); i += 2 {
		a[pairs[i]] = Answer{Values: strings.Split(pairs[i+1], " "), From: FromFlag}
	}
	return a
}

func load(t *testing.T, name string) *Playbook {
	t.Helper()
	var target *Target
	if name != "" {
		var err error
		if target, err = LoadTarget(name, "en"); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Load("en", target)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func flags(questions []Question) []string {
	var list []string
	for _, q := range questions {
		list = append(list, q.Flag)
	}
	return list
}

func TestMissing(t *testing.T) {
	rest := []string{"--account", "--project", "--audience", "--client-file"}
	for _, row := range []struct {
		target string
		given  Answers
		want   []string
	}{
		{"", nil, append([]string{"--target"}, rest...)},
		{"yetiforce", nil, append([]string{"--set base_url", "--set redirect_uri"}, rest...)},
		{"nocobase", nil, append([]string{"--set base_url"}, rest...)},
		{"dynamics365", nil, append([]string{"--set env_url"}, rest...)},
		{"winmentor", nil, rest},
		{"generic-web", nil, append([]string{"--set redirect_uri"}, rest...)},
		{"generic-desktop", nil, rest},
		{"generic-desktop", given("account", "a@example.com b@example.com", "audience", "internal"), []string{"--project", "--client-file"}},
		{"generic-desktop", given("client_file", "c.json"), rest[:3]},
		// by hand: the ID answers for the file, and the secret is then wanted; the ID names the project
		{"generic-desktop", given("client_id", "815407401234-abc.apps.googleusercontent.com"), []string{"--account", "--audience", "--client-secret-file"}},
		{"generic-desktop", Answers{"client_id": {Values: []string{"815407401234-abc"}}, "client_secret": {Secret: secret.New("s")}}, []string{"--account", "--audience"}},
		{"generic-desktop", given("account", ""), rest},
		{"generic-desktop", given("account", "a@example.com", "project", "my-mail-123", "audience", "external", "client_file", "c.json"), nil},
	} {
		got := flags(load(t, row.target).Missing(row.given))
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("Missing(%s, %v) (-want +got):\n%s", row.target, row.given, diff)
		}
	}
}

func TestComplete(t *testing.T) {
	for name, row := range map[string]struct {
		target string
		given  Answers
		want   map[string][]string
	}{
		"YetiForce's URI is copied, ours stands beside it": {"yetiforce",
			given("base_url", "https://crm.example.com", "redirect_uri", "https://crm.example.com/webservice/OAuth/MailAccount/k"),
			map[string][]string{
				"redirect_uris": {"https://crm.example.com/webservice/OAuth/MailAccount/k"},
				"register_uris": {"https://crm.example.com/webservice/OAuth/MailAccount/k", "http://127.0.0.1:8765/"},
				"domains":       {"example.com"}, "origins": nil, "client_type": {"web"},
			}},
		"NocoBase in a folder": {"nocobase", given("base_url", "https://office.example.com/noco"),
			map[string][]string{
				"redirect_uris": {"https://office.example.com/noco/admin/settings/mail/oauth2"},
				"origins":       {"https://office.example.com"}, "domains": {"example.com"}, "target_title": {"NocoBase"},
			}},
		"Dynamics 365": {"dynamics365", given("env_url", "https://contoso.crm.dynamics.com", "redirect_port", "9999"),
			map[string][]string{
				"redirect_uris": {"https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx"},
				"origins":       {"https://contoso.crm.dynamics.com"}, "domains": {"dynamics.com"}, "env_url_host": {"contoso.crm.dynamics.com"},
				"register_uris": {"https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx", "http://127.0.0.1:9999/"},
			}},
		"a Desktop client registers nothing": {"winmentor", nil,
			map[string][]string{"redirect_uris": nil, "register_uris": nil, "loopback_uri": nil, "client_type": {"desktop"}, "mail_scope": {"https://mail.google.com/"}}},
		"nothing is computed from nothing": {"dynamics365", nil,
			map[string][]string{"redirect_uris": nil, "register_uris": nil, "origins": nil, "project": nil}},
		"the loopback URI of the client's file, byte for byte": {"generic-web",
			given("redirect_uri", "https://a.example.com/cb", "client_redirect_uris", "https://a.example.com/cb http://localhost:7777/x"),
			map[string][]string{"loopback_uri": {"http://localhost:7777/x"}}},
		"unless another port is wanted": {"generic-web",
			given("redirect_uri", "https://a.example.com/cb", "client_redirect_uris", "http://localhost:7777/x", "redirect_port", "7778"),
			map[string][]string{"loopback_uri": {"http://127.0.0.1:7778/"}}},
		"an application on loopback registers one URI once": {"generic-web", given("redirect_uri", "http://127.0.0.1:8765/"),
			map[string][]string{"register_uris": {"http://127.0.0.1:8765/"}, "domains": nil}},
		"private mailboxes": {"generic-desktop", given("account", "a@gmail.com b@GoogleMail.com"), map[string][]string{"account_kind": {"gmail"}}},
		"a mailbox of an organisation among them": {"generic-desktop", given("account", "a@gmail.com b@example.com"),
			map[string][]string{"account_kind": {"workspace"}}},
		"no mailbox yet": {"generic-desktop", nil, map[string][]string{"account_kind": nil, "page_domains": nil}},
		"two pages on one domain": {"generic-desktop", given("home_page", "https://www.example.co.uk/mail.html", "privacy_policy", "https://example.co.uk/p"),
			map[string][]string{"page_domains": {"example.co.uk"}}},
		"two pages on two domains, one a free host": {"generic-desktop", given("home_page", "https://www.example.com/", "privacy_policy", "https://name.github.io/p"),
			map[string][]string{"page_domains": {"example.com", "name.github.io"}}},
		"the project of a client ID": {"generic-desktop", given("client_id", "815407401234-abc"),
			map[string][]string{"project": {"815407401234"}}},
		"a given project is kept": {"generic-desktop", given("client_id", "815407401234-abc", "project", "my-mail-123"),
			map[string][]string{"project": {"my-mail-123"}}},
		"the file's client type wins": {"generic-web", given("client_type", "desktop"),
			map[string][]string{"client_type": {"desktop"}, "loopback_uri": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			before := given()
			maps.Copy(before, row.given)
			got := load(t, row.target).Complete(row.given)
			for key, want := range row.want {
				if diff := cmp.Diff(want, got[key].Values); diff != "" {
					t.Errorf("Complete: %s (-want +got):\n%s", key, diff)
				}
			}
			if row.given != nil && len(before) != len(row.given) {
				t.Errorf("Complete changed the answers it was given")
			}
		})
	}
}

// statuses gives id=status of all steps.
func statuses(states []StepState) []string {
	var list []string
	for _, s := range states {
		list = append(list, s.ID+"="+string(s.Status))
	}
	return list
}

func TestStatus(t *testing.T) {
	all := given("account", "a@example.com", "project", "my-mail-123", "audience", "external", "client_file", "c.json")
	found := given("account", "a@example.com", "audience", "internal", "client_file", "c.json", "ack_branding", "yes", "sandbox", "true")
	found["project"] = Answer{Values: []string{"my-mail-123"}, From: FromFind}
	for name, row := range map[string]struct {
		target string
		given  Answers
		marks  Marks
		want   string
	}{
		"nothing given": {"", nil, nil,
			"target=open account=open console=open project=open gmail-api=open branding=open audience=open scope=open client=open workspace=skipped consent=open proof=open handover=open verification=skipped withdraw=open"},
		"all answers": {"generic-desktop", all, nil,
			"target=done account=done console=open project=acknowledged gmail-api=open branding=open audience=open scope=open client=open workspace=open consent=open proof=open handover=open verification=acknowledged withdraw=skipped"},
		"a consent proves what it could not do without": {"generic-desktop", all, Marks{"consent": Done, "gmail-api": Acknowledged},
			"target=done account=done console=done project=acknowledged gmail-api=acknowledged branding=done audience=open scope=open client=open workspace=open consent=done proof=open handover=open verification=acknowledged withdraw=skipped"},
		"mail that opens proves what the Workspace allows": {"generic-desktop", given("account", "a@example.com", "audience", "internal"), Marks{"proof": Done},
			"target=done account=done console=open project=open gmail-api=open branding=open audience=open scope=open client=open workspace=done consent=open proof=done handover=open verification=skipped withdraw=skipped"},
		"a private mailbox has no administrator; testing needs no verification": {"generic-desktop", given("account", "a@gmail.com", "audience", "external", "publishing", "testing"), nil,
			"target=done account=done console=open project=open gmail-api=open branding=open audience=open scope=open client=open workspace=skipped consent=open proof=open handover=open verification=skipped withdraw=skipped"},
		"what an action saw of other steps": {"generic-desktop", all, Marks{"consent": Done, "audience": Done, "scope": Done, "gmail-api": Done},
			"target=done account=done console=done project=acknowledged gmail-api=done branding=done audience=done scope=done client=open workspace=open consent=done proof=open handover=open verification=acknowledged withdraw=skipped"},
		"the sandbox, a found project, an acknowledged step that is skipped": {"yetiforce", found, nil,
			"target=open account=done console=skipped project=done gmail-api=skipped branding=skipped audience=acknowledged scope=skipped client=open workspace=skipped consent=open proof=open handover=open verification=skipped withdraw=open"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(statuses(load(t, row.target).Resolve(row.given, row.marks)), " ")
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("Resolve: statuses (-want +got):\n%s", diff)
			}
		})
	}
}

func step(t *testing.T, p *Playbook, id string, answers Answers) StepState {
	t.Helper()
	for _, s := range p.Resolve(answers, nil) {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no step %s", id)
	return StepState{}
}

func instructionIDs(s StepState) []string {
	var ids []string
	for _, i := range s.Instructions {
		ids = append(ids, i.ID)
	}
	return ids
}

// What a step says depends on the application, the mailboxes and the answers;
// nothing is said of an application that is not chosen.
func TestInstructionsThatDependOnAnswers(t *testing.T) {
	published := given("account", "a@example.com", "audience", "external", "publishing", "production")
	with := func(answers Answers, pairs ...string) Answers {
		answers = maps.Clone(answers)
		maps.Copy(answers, given(pairs...))
		return answers
	}
	for name, row := range map[string]struct {
		target, step string
		given        Answers
		want         []string
	}{
		"the API of an application that calls it": {"nocobase", "gmail-api", nil, []string{"required", "open", "enable"}},
		"of one that need not":                    {"yetiforce", "gmail-api", nil, []string{"unneeded", "open", "enable"}},
		"of one whose maker advises it":           {"winmentor", "gmail-api", nil, []string{"advised", "open", "enable"}},
		"of none":                                 {"", "gmail-api", nil, []string{"open", "enable"}},
		"the console for an organisation":         {"", "console", given("account", "a@example.com"), []string{"open", "terms", "two-step", "billing", "workspace"}},
		"the console for a private account":       {"", "console", given("account", "a@gmail.com"), []string{"open", "terms", "two-step", "billing"}},
		"publishing without pages":                {"", "audience", published, []string{"open", "external", "branding", "pages", "save", "publish"}},
		"publishing with both": {"", "audience", with(published, "home_page", "https://example.com", "privacy_policy", "https://example.com/p"),
			[]string{"open", "external", "branding", "home", "policy", "domains", "save", "publish"}},
		"publishing with one": {"", "audience", with(published, "home_page", "https://example.com"),
			[]string{"open", "external", "branding", "home", "domains", "pages", "save", "publish"}},
		"testing": {"", "audience", with(published, "publishing", "testing"), []string{"open", "external", "users"}},
		"testing in the sandbox, pages or not": {"", "audience", with(published, "sandbox", "true", "home_page", "https://example.com"),
			nil},
		"verification, if nobody wants it": {"", "verification", published, nil},
		"verification": {"", "verification", with(published, "verification", "needed"),
			[]string{"domain", "home", "policy", "video", "reason", "submit", "assessment", "meanwhile"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, instructionIDs(step(t, load(t, row.target), row.step, row.given))); diff != "" {
				t.Errorf("Resolve: instructions of %s (-want +got):\n%s", row.step, diff)
			}
		})
	}
	trusted := step(t, load(t, ""), "workspace", with(published, "client_id", "815407401234-abc"))
	if diff := cmp.Diff([]string{"815407401234-abc"}, trusted.Instructions[3].Values); diff != "" {
		t.Errorf("client ID to paste (-want +got):\n%s", diff)
	}
}

// What need not be answered is neither missing nor pending; it is offered.
func TestNewQuestionsAreOffered(t *testing.T) {
	answers := given("account", "a@example.com", "audience", "external", "publishing", "production")
	p := load(t, "generic-desktop")
	for _, key := range []string{"home_page", "privacy_policy", "verification"} {
		for _, q := range p.Missing(answers) {
			if q.Key == key {
				t.Errorf("Missing lists %s", key)
			}
		}
	}
	offered := map[string]bool{}
	for _, q := range step(t, p, "audience", answers).Questions {
		offered[q.Key] = q.Offer
	}
	if diff := cmp.Diff(map[string]bool{"audience": false, "publishing": false, "home_page": true, "privacy_policy": true, "ack_audience": false}, offered); diff != "" {
		t.Errorf("questions of audience, offered or not (-want +got):\n%s", diff)
	}
}

func TestResolveFillsAStep(t *testing.T) {
	p := load(t, "dynamics365")
	answers := given("account", "a@example.com b@example.com", "project", "my-mail-123", "env_url", "https://contoso.crm.dynamics.com", "audience", "external", "publishing", "testing")

	client := step(t, p, "client", answers)
	if want := "https://console.cloud.google.com/auth/clients/create?project=my-mail-123&authuser=a%40example.com"; client.URL != want {
		t.Errorf("client: URL %q, want %q", client.URL, want)
	}
	if diff := cmp.Diff([]string{"open", "web", "name", "origins", "redirects", "create"}, instructionIDs(client)); diff != "" {
		t.Errorf("client: instructions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx", "http://127.0.0.1:8765/"}, client.Instructions[4].Values); diff != "" {
		t.Errorf("client: values to register (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Dynamics 365 mail"}, client.Instructions[2].Values); diff != "" {
		t.Errorf("client: name (-want +got):\n%s", diff)
	}

	audience := step(t, p, "audience", answers)
	if diff := cmp.Diff([]string{"open", "external", "users"}, instructionIDs(audience)); diff != "" {
		t.Errorf("audience in testing: instructions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a@example.com", "b@example.com"}, audience.Instructions[2].Values); diff != "" {
		t.Errorf("test users (-want +got):\n%s", diff)
	}
	delete(answers, "publishing")
	if diff := cmp.Diff([]string{"open", "external", "branding", "pages", "save", "publish"}, instructionIDs(step(t, p, "audience", answers))); diff != "" {
		t.Errorf("audience with the default publishing: instructions (-want +got):\n%s", diff)
	}
	if pages := step(t, p, "audience", answers).Instructions[2].Text; !strings.Contains(pages, "https://console.cloud.google.com/auth/branding?project=my-mail-123") {
		t.Errorf("a link within a text is not filled: %q", pages)
	}

	branding := step(t, p, "branding", answers)
	var values []string
	for _, q := range branding.Questions {
		values = append(values, q.Key+"="+q.Value)
	}
	if diff := cmp.Diff([]string{"app_name=Dynamics 365 mail", "support_email=a@example.com", "ack_branding=no"}, values); diff != "" {
		t.Errorf("branding: defaults (-want +got):\n%s", diff)
	}
	if consent := step(t, p, "consent", answers); consent.Title != "Sign in as a@example.com" {
		t.Errorf("consent: title %q", consent.Title)
	}
}

func TestResolveWithoutAnswersShowsWordsForBlanks(t *testing.T) {
	p := load(t, "dynamics365")
	if got := step(t, p, "consent", nil).Title; got != "Sign in as your mailbox" {
		t.Errorf("consent: title %q", got)
	}
	for _, s := range p.Resolve(nil, nil) {
		for _, i := range s.Instructions {
			if blankName().MatchString(i.Text) || slices.ContainsFunc(i.Values, blankName().MatchString) {
				t.Errorf("%s.%s: a blank is left in %q %q", s.ID, i.ID, i.Text, i.Values)
			}
		}
	}
}

func TestResolveNeverShowsASecret(t *testing.T) {
	p := load(t, "generic-desktop")
	answers := given("client_id", "815407401234-abc")
	answers["client_secret"] = Answer{Secret: secret.New("GOCSPX-hush")}
	answers["refresh_token"] = Answer{Secret: secret.New("1//hush"), Values: []string{"1//hush"}}
	for _, s := range p.Resolve(answers, nil) {
		for _, q := range s.Questions {
			if strings.Contains(q.Value, "hush") {
				t.Errorf("question %s shows its secret", q.Key)
			}
		}
	}
	if diff := cmp.Diff([]string{"adopt"}, instructionIDs(step(t, p, "consent", answers))); diff != "" {
		t.Errorf("consent with a token given: instructions (-want +got):\n%s", diff)
	}
}

func TestSandboxLinksToItsOwnConsole(t *testing.T) {
	p := load(t, "generic-desktop")
	if got := step(t, p, "client", given("sandbox", "true", "console_url", "https://127.0.0.1:9443/", "project", "my-sandbox")).URL; got != "https://127.0.0.1:9443/auth/clients/create?project=my-sandbox" {
		t.Errorf("client in the sandbox: URL %q", got)
	}
	if got := step(t, p, "client", given("sandbox", "true")).URL; got != "" {
		t.Errorf("client in a sandbox without a console: URL %q, want none: never Google's", got)
	}
}

func TestConflict(t *testing.T) {
	p := load(t, "yetiforce")
	same := given("base_url", "https://crm.example.com", "redirect_uri", "https://crm.example.com/webservice/OAuth/MailAccount/k")
	if err := p.Conflict(same); err != nil {
		t.Errorf("Conflict of one host = %v", err)
	}
	if err := p.Conflict(given("base_url", "https://crm.example.com")); err != nil {
		t.Errorf("Conflict of half the answers = %v", err)
	}
	err := p.Conflict(given("base_url", "https://crm.example.com", "redirect_uri", "https://old.example.com/webservice/OAuth/MailAccount/k"))
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != "addresses-differ" || symptom.Facts["value"] != "old.example.com" {
		t.Errorf("Conflict of two hosts = %v, want addresses-differ", err)
	}
	if err := load(t, "").Conflict(same); err != nil {
		t.Errorf("Conflict without a target = %v", err)
	}
}

func TestConditions(t *testing.T) {
	p := load(t, "yetiforce")
	for _, row := range []struct {
		when  Condition
		given Answers
		want  bool
	}{
		{nil, nil, true},
		{Condition{"audience": {"internal", "external"}}, given("audience", "external"), true},
		{Condition{"audience": {"internal"}}, given("audience", "external"), false},
		{Condition{"audience": {"internal"}}, nil, false},
		{Condition{"audience": {""}}, nil, true},
		{Condition{"audience": {"*"}}, nil, false},
		{Condition{"publishing": {"production"}}, nil, true}, // the default
		{Condition{"sandbox": {"false"}}, nil, true},
		{Condition{"sandbox": {"true"}}, given("sandbox", "true"), true},
		{Condition{"target.prompt_consent": {"false"}}, nil, true},
		{Condition{"target.protocols": {"smtp"}}, nil, true},
		{Condition{"target.protocols": {"pop3"}}, nil, false},
		{Condition{"target.nothing": {""}}, nil, true},
		{Condition{"target.client_type": {"web"}, "audience": {"internal"}}, given("audience", "external"), false},
	} {
		if got := p.holds(row.when, p.filler(row.given)); got != row.want {
			t.Errorf("holds(%v) with %v = %t, want %t", row.when, row.given, got, row.want)
		}
	}
}

// A choice brings the one that is asked with it, unless that was given.
func TestThen(t *testing.T) {
	p := load(t, "generic-desktop")
	audience := func(answers Answers) QuestionState { return step(t, p, "audience", answers).Questions[0] }
	if then := audience(given()).Then; then == nil || then.Key != "publishing" || then.Value != "production" {
		t.Errorf("audience.Then = %+v, want publishing, production", then)
	}
	answers := given("publishing", "testing")
	for from, want := range map[Origin]bool{FromEarlier: true, FromAdmin: true, FromFlag: false, FromVariable: false} {
		answers["publishing"] = Answer{Values: []string{"testing"}, From: from}
		if got := audience(answers).Then != nil; got != want {
			t.Errorf("audience.Then with publishing from %s: %v, want %v", from, got, want)
		}
	}
}

// A step that depends on the application is not announced before there is one.
func TestWalked(t *testing.T) {
	unknown := load(t, "").Resolve(given(), nil)
	view := View{Steps: unknown}
	if last := len(unknown) - 1; unknown[last].ID != "withdraw" || view.Walked(last) {
		t.Errorf("Walked(%s) = %v, want it not announced", unknown[last].ID, view.Walked(last))
	}
	known := load(t, "yetiforce").Resolve(given("target", "yetiforce", "base_url", "https://crm.example.com", "redirect_uri", "https://crm.example.com/x"), nil)
	view = View{Steps: known, At: 1}
	if !view.Walked(len(known) - 1) {
		t.Error("Walked(withdraw) for YetiForce = false, want true")
	}
}
