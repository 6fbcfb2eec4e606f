package main

import (
	"strings"
	"testing"

	"gmailoauth/internal/account"
)

// A published External app is asked whether it is to be verified, after the
// hand-over; whoever needs it is told what to prepare, and nothing waits for it.
func TestSetupAsksAboutVerification(t *testing.T) {
	for answer, want := range map[string]bool{"1": false, "2": true} {
		o := newWorkplace(t)
		t.Chdir(t.TempDir())
		_, file := o.client(account.Desktop)
		args := []string{"setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "external",
			"--publishing", "production", "--home-page", "https://example.com/mail.html", "--privacy-policy", "https://example.com/privacy.html",
			"--account", o.who, "--client-file", file, "--ack", "console,gmail-api,branding,audience,scope,workspace"}
		if code, _, said := o.run(append(args, "--no-input")...); code != 0 {
			t.Fatalf("setup --no-input = %d, want 0: verification is nobody's condition:\n%s", code, said)
		}
		o.types(t, answer+"\n\n")
		code, sheet, said := o.run(args...)
		if code != 0 || sheet == "" || !strings.Contains(said, "Is verification by Google needed?") {
			t.Errorf("setup, answered %s = %d, want 0, a sheet and the question:\n%s", answer, code, said)
		}
		if got := strings.Contains(said, "Record a short video"); got != want {
			t.Errorf("setup, answered %s: told what to prepare: %v, want %v:\n%s", answer, got, want, said)
		}
	}
}

// What publishing wants is filled in, and the domain of the two pages with it.
func TestPlanOfAPublishedApp(t *testing.T) {
	code, _, said := walkRun(t, nil, "", "plan", "--home-page", "http://example.com")
	if code != 2 || !strings.Contains(said, "https") {
		t.Errorf("plan, a home page without TLS = %d, want 2:\n%s", code, said)
	}
	code, _, said = walkRun(t, nil, "", "plan", "--verification", "perhaps")
	if code != 2 || !strings.Contains(said, "unneeded") {
		t.Errorf("plan --verification perhaps = %d, want 2 and what can be said:\n%s", code, said)
	}
}
