package guide

import (
	"errors"
	"html"
	"regexp"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/words"
)

// document makes a guide for a target from key, value pairs.
func document(t *testing.T, target string, pairs ...string) Document {
	t.Helper()
	d := Document{Answers: playbook.Answers{}, Values: map[string]string{}, Command: "gmailoauth setup --target " + target}
	for i := 0; i+1 < len(pairs); i += 2 {
		d.Answers[pairs[i]] = playbook.Answer{Values: strings.Split(pairs[i+1], " "), From: playbook.FromFlag}
		d.Values[pairs[i]] = strings.Split(pairs[i+1], " ")[0]
	}
	var err error
	if d.Words, err = words.Load("en"); err != nil {
		t.Fatal(err)
	}
	if d.Catalogue, err = diagnosis.Load("en"); err != nil {
		t.Fatal(err)
	}
	var of *playbook.Target
	if target != "" {
		if of, err = playbook.LoadTarget(target, "en"); err != nil {
			t.Fatal(err)
		}
	}
	if d.Book, err = playbook.Load("en", of); err != nil {
		t.Fatal(err)
	}
	d.Steps = d.Book.Undecided(d.Answers, nil)
	return d
}

func written(t *testing.T, d Document) (markdown, page string) {
	t.Helper()
	var m, h strings.Builder
	if err := errors.Join(Markdown(&m, d), HTML(&h, d)); err != nil {
		t.Fatal(err)
	}
	return m.String(), h.String()
}

// read is a page as one reads it: without what says where a line may break.
func read(page string) string {
	return html.UnescapeString(strings.NewReplacer("<wbr>", "", "<span>", "", "</span>", "").Replace(page))
}

// What a document says, both formats say.
func TestBothFormatsSayTheSame(t *testing.T) {
	for _, row := range []struct {
		about, target string
		given         []string
		want, never   []string
	}{
		{"every way in while nothing is known", "nocobase", nil,
			[]string{"If Audience is Internal:", "If Audience is External, published:", "If Audience is External, testing:", "In every case:",
				"External, testing", "‹Address of NocoBase›/admin/settings/mail/oauth2", "‹the client ID›", "If Refresh token is given:"},
			[]string{"Take our own consent back", "(chosen)", ">chosen<"}},
		{"external: better published", "nocobase", []string{"audience", "external"}, []string{"recommended", "If Publishing status is testing:"}, []string{"--audience internal"}},
		{"one way in", "nocobase", []string{"audience", "external", "publishing", "testing", "account", "a@example.com b@example.com", "project", "my-mail-123"},
			[]string{"External, testing", "chosen", "a@example.com, b@example.com", "my-mail-123"},
			[]string{"If Audience", "recommended", "Publish app", "--audience internal"}},
		{"an application that needs our consent withdrawn", "yetiforce", nil, []string{"Take our own consent back", "Gmail", "no, unless you say otherwise"}, nil},
		{"an application that is not known well", "winmentor", nil, []string{"partly known"}, nil},
		{"no application", "", nil, []string{"If the application runs on a web server:", "--target nocobase", "Dynamics 365",
			"If the application does not ask Google for a fresh consent:", "If the application has a domain of its own:"}, []string{"What to paste where"}},
	} {
		markdown, page := written(t, document(t, row.target, row.given...))
		for format, text := range map[string]string{"markdown": markdown, "html": read(page)} {
			for _, want := range row.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %s: lacks %q", row.about, format, want)
				}
			}
			for _, never := range append(row.never, "<guide.", "{@", "GOCSPX") {
				if strings.Contains(text, never) {
					t.Errorf("%s, %s: has %q", row.about, format, never)
				}
			}
		}
	}
}

// A step that names what may go wrong and how it is checked, shows both.
func TestPitfallsAndChecks(t *testing.T) {
	d := document(t, "nocobase")
	d.Steps[2].Checks, d.Steps[2].Status = "gmailoauth looks itself.", playbook.Acknowledged
	for i := range d.Steps {
		d.Steps[i].Pitfalls = nil
	}
	d.Steps[2].Pitfalls = []string{"app-password-required", "no-such-diagnosis"}
	entry, ok := d.Catalogue.Entry("app-password-required", nil)
	if !ok {
		t.Fatal("the catalogue has no app-password-required")
	}
	markdown, page := written(t, d)
	for format, text := range map[string]string{"markdown": markdown, "html": read(page)} {
		for _, want := range []string{"gmailoauth looks itself.", "gmailoauth explain " + entry.Name, "What may go wrong"} {
			if strings.Count(text, want) != 1 {
				t.Errorf("%s: %q stands there %d times, want once", format, want, strings.Count(text, want))
			}
		}
		if strings.Contains(text, "no-such-diagnosis") {
			t.Errorf("%s shows a diagnosis that does not exist", format)
		}
	}
	if !strings.Contains(markdown, "- [x] ") || !strings.Contains(page, `data-step="console" autocomplete="off" checked`) {
		t.Error("a step that was acknowledged is not ticked")
	}
}

// What an admin typed is shown as typed, whatever it means to Markdown or HTML.
func TestValuesStayValues(t *testing.T) {
	d := document(t, "nocobase", "app_name", "<script>*a*</script>", "base_url", "https://office.example.com")
	d.Answers["client_secret"] = playbook.Answer{Secret: secret.New("invented-secret"), From: playbook.FromFlag}
	markdown, page := written(t, d)
	if strings.Contains(page, "<script>*a*") || !strings.Contains(page, "&lt;script&gt;*a*") {
		t.Error("HTML does not escape a value")
	}
	if !strings.Contains(markdown, "\n   <script>*a*</script>\n") || !strings.Contains(markdown, `&lt;script&gt;\*a\*`) {
		t.Error("Markdown: want the value as it is in its block, and escaped in the table")
	}
	if strings.Contains(markdown+page, "invented-secret") {
		t.Error("a secret is shown")
	}
	if again, _ := written(t, d); again != markdown {
		t.Error("the same document gave other bytes")
	}
}

// The page's policy names its own style sheet and script, and nothing outside is named.
func TestHTMLIsWhole(t *testing.T) {
	_, page := written(t, document(t, "dynamics365"))
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("no policy")
	}
	for _, element := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(page, "<"+element+">")
		body, _, _ := strings.Cut(rest, "</"+element+">")
		if want := element + "-src '" + hash(body) + "'"; !strings.Contains(html.UnescapeString(policy[1]), want) {
			t.Errorf("policy %s lacks %s", html.UnescapeString(policy[1]), want)
		}
	}
	for _, never := range []string{"<link", "src=", "@import", "url(", "ZgotmplZ", "onclick"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("id %s stands twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link to #%s, which is nowhere", m[1])
		}
	}
}

// Who speaks to a browser says what the button shows: its full name holds that.
func TestCopyIsNamedAsShown(t *testing.T) {
	for _, lang := range words.Languages() {
		w, err := words.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		if shown, name := w.Say("guide.copy"), w.Say("guide.copy-value", "value", "x"); !strings.Contains(name, shown) {
			t.Errorf("%s: the button shows %q and is called %q", lang, shown, name)
		}
	}
}
