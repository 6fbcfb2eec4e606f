package main

import (
	"context"
	"encoding/base64"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
)

// What a page says leads to the diagnosis of that name, and to a step.
func TestEveryPageIsExplained(t *testing.T) {
	catalogue, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := playbook.Pages("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		symptom, ok := catalogue.Typical(page.Diagnosis, diagnosis.AtAuthorize)
		if !ok {
			t.Errorf("%s is no refusal of the authorization endpoint", page.Diagnosis)
			continue
		}
		if got := catalogue.Explain(symptom, google.Link).Name; got != page.Diagnosis {
			t.Errorf("the page %s is explained as %s", page.Diagnosis, got)
		}
	}
}

// stranded is a browser that shows an error page until it is called again: then
// the person consents.
func (o *workplace) stranded(times int, then func()) {
	o.open = func(ctx context.Context, address string, _ terminal.Env) error {
		if times--; times >= 0 {
			then()
			return nil
		}
		_ = o.box.Consent(ctx, address, o.who)
		return nil
	}
}

// keyboard is a pipe for what is typed while a command runs.
func (o *workplace) keyboard() *os.File {
	o.t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _, _ = reader.Close(), writer.Close() })
	o.in, o.tty = reader, true
	asleep := time.AfterFunc(30*time.Second, func() { _ = writer.Close() }) // nobody waits for keys that do not come
	o.t.Cleanup(func() { asleep.Stop() })
	return writer
}

// pageNumber is the number of a page in the plain list.
func pageNumber(t *testing.T, name string) string {
	t.Helper()
	pages, err := playbook.Pages("en")
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range pages {
		if page.Diagnosis == name {
			return strings.TrimSpace(string(rune('1' + i)))
		}
	}
	t.Fatalf("no page is about %s", name)
	return ""
}

// Consent ends on a page of Google's: what it says leads back to the step in
// which it is mended, and from there on to the end.
func TestSetupGoesBackToWhatAPageNames(t *testing.T) {
	blob := base64.URLEncoding.EncodeToString([]byte("\x0a\x15redirect_uri_mismatch"))
	rows := []struct{ name, page, choice, diagnosis, step string }{
		{"named from the list", "w\n" + pageNumber(t, "not-a-test-user") + "\n", "1\n", "not-a-test-user", "Who may sign in?"},
		{"named from the list, of the client", "w\n" + pageNumber(t, "redirect-uri-mismatch") + "\n", "1\n", "redirect-uri-mismatch", "The downloaded file ["},
		{"its address pasted", "https://accounts.google.com/signin/oauth/error?authError=" + blob + "&state=THE-STATE\n", "1\n", "redirect-uri-mismatch", "The downloaded file ["},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := newWorkplace(t)
			t.Chdir(t.TempDir())
			keys := o.keyboard()
			_, _ = io.WriteString(keys, "\n") // the client is made
			typed := row.page + row.choice
			if row.diagnosis == "not-a-test-user" {
				typed += "2\n\n" // published now, and done
			} else {
				typed += "\n" // the same file
			}
			o.stranded(1, func() { _, _ = io.WriteString(keys, typed); _ = keys.Close() })
			_, file := o.client(account.Desktop)
			code, sheet, said := o.run("setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "external",
				"--publishing", "testing", "--account", o.who, "--client-file", file, "--ack", "console,gmail-api,branding,audience,scope,workspace")
			for _, want := range []string{"gmailoauth explain " + row.diagnosis, "Go to the step", row.step} {
				if !strings.Contains(said, want) {
					t.Errorf("setup: the screen lacks %q:\n%s", want, said)
				}
			}
			if code != 0 || !strings.Contains(sheet, "what to paste where") || strings.Contains(said, "THE-STATE") || strings.Contains(said, "127.0.0.1:0/") {
				t.Fatalf("setup = %d, want a sheet in the end, the port that was listened on, and no state:\n%s", code, said)
			}
		})
	}
}

// authorize explains the page, and goes on waiting: the person may mend it in
// the browser.
func TestAuthorizeExplainsThePageAndWaits(t *testing.T) {
	o := newWorkplace(t)
	keys := o.keyboard()
	_, file := o.client(account.Desktop)
	done := make(chan struct{})
	o.stranded(0, nil)
	go func() {
		defer close(done)
		u, _ := url.Parse(o.firstLine())
		_, _ = io.WriteString(keys, "w\n"+pageNumber(t, "not-a-test-user")+"\n"+
			u.Query().Get("redirect_uri")+"?state="+u.Query().Get("state")+"&error=access_denied\n")
	}()
	code, _, said := o.run("authorize", o.who, "--client-file", file, "--no-browser")
	<-done
	if code != 4 || !strings.Contains(said, "gmailoauth explain not-a-test-user") || !strings.HasSuffix(said, "gmailoauth explain consent-denied\n") {
		t.Errorf("authorize = %d, want the page explained, and then what was pasted:\n%s", code, said)
	}
}
