package guide

import (
	"strings"
	"testing"
)

// A pitfall is told with what the answers give, and with the guide's own blanks.
func TestPitfallsAreFilled(t *testing.T) {
	for _, row := range []struct {
		about, target string
		given         []string
		want, never   []string
	}{
		{"nothing known", "nocobase", nil,
			[]string{"‹Address of NocoBase›/admin/settings/mail/oauth2", "‹the client ID›", "‹your project›", "https://console.cloud.google.com/auth/clients ", "NocoBase needs a client of type Web application"},
			[]string{"(no words)", "TARGET", "CLIENT_ID", "REDIRECT_URI", "clients/0", "see the help", " PORT", "FILE"}},
		{"an application for which any client will do", "generic-desktop", nil, []string{"‹the client ID›"}, []string{"needs a client of type", "see the help"}},
		{"no application", "", nil, []string{"‹the redirect URI›", "the application needs a client of type Web application"}, []string{"TARGET"}},
		{"what is known", "nocobase", []string{"account", "a@example.com", "client_id", "1-a.apps.googleusercontent.com", "project", "my-mail-123"},
			[]string{"gmailoauth authorize a@example.com", "/auth/clients/1-a.apps.googleusercontent.com?project=my-mail-123&authuser=a%40example.com"}, []string{"EMAIL", "‹your project›"}},
	} {
		d := document(t, row.target, row.given...)
		var text string
		for _, s := range d.page().Steps {
			for _, p := range s.Pitfalls {
				text += p.Error + " " + p.Cause + " " + p.Fix + "\n"
			}
		}
		for _, want := range row.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: lacks %q", row.about, want)
			}
		}
		for _, never := range row.never {
			if strings.Contains(text, never) {
				t.Errorf("%s: has %q:\n%s", row.about, never, text)
			}
		}
	}
}

// Paragraphs stay paragraphs, and a default is told as its choice is called.
func TestParagraphsAndDefaults(t *testing.T) {
	markdown, page := written(t, document(t, "nocobase", "audience", "external"))
	if !strings.Contains(markdown, "\n\nHome page: ") || !strings.Contains(markdown, "\n\nPrivacy policy: ") || !strings.Contains(page, "<p>Home page: ") {
		t.Error("the paragraphs of a step's help run together")
	}
	for format, text := range map[string]string{"markdown": markdown, "html": page} {
		if !strings.Contains(text, "published, unless you say otherwise") || strings.Contains(text, "production, unless") {
			t.Errorf("%s: the default of the publishing status is not called published", format)
		}
	}
}
