package main

import (
	"context"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/terminal"
)

// consentRows are refusals between the browser and us.
func consentRows() map[string]produced {
	return map[string]produced{
		"pasted-code-alone":    pastes("4/0AbCdEfGhIjKlMnOpQrStUvWxYz"),
		"pasted-other-address": pastes("https://mail.example.com/inbox"),
		"state-mismatch":       pastes("REDIRECT?state=of-an-older-attempt&code=4/0AbC"),
		"answer-without-code": func(o *workplace) told {
			return o.effects(scenario.Effect{At: scenario.Redirect, Parameters: map[string]string{"code": ""}})
		},
		"unknown-refusal-at-consent": func(o *workplace) told {
			return o.effects(scenario.Effect{At: scenario.Redirect, Error: "brand_new"})
		},
		"code-used-or-expired": func(o *workplace) told {
			o.use("grant-bad-request")
			return o.consenting()
		},
		"consent-not-answered": func(o *workplace) told {
			o.open = func(context.Context, string, terminal.Env) error { return nil } // the page stays open
			_, file := o.client(account.Desktop)
			code, out, stderr := o.let(func(a *app) int { // five minutes are too long for a test
				a.flags.timeout = time.Minute
				err := a.authorize(o.t.Context(), o.who, &clientFlags{file: file}, consentOptions{Deadline: 30 * time.Millisecond})
				return a.fail(o.t.Context(), "authorize", nil, err)
			})
			return told{code: code, out: out, err: stderr}
		},
	}
}

// pastes has a person whose browser is elsewhere paste a line, and when that is
// refused, the address at which their browser ended after Cancel.
func pastes(line string) produced {
	return func(o *workplace) told {
		reader, writer, err := os.Pipe()
		if err != nil {
			o.t.Fatal(err)
		}
		defer func() { _, _ = reader.Close(), writer.Close() }()
		o.in, o.tty = reader, true
		done := make(chan struct{})
		go func() {
			defer close(done)
			u, _ := url.Parse(o.firstLine())
			back := u.Query().Get("redirect_uri")
			if rest, ok := strings.CutPrefix(line, "REDIRECT"); ok {
				line = back + rest
			}
			_, _ = io.WriteString(writer, line+"\n"+back+"?state="+u.Query().Get("state")+"&error=access_denied\n")
		}()
		_, file := o.client(account.Desktop)
		got := o.runs("authorize", o.who, "--client-file", file, "--no-browser")
		<-done
		if got.code != 4 {
			o.t.Errorf("authorize: exit %d, want 4: the line is refused, and then Cancel is the answer\n%s", got.code, got.err)
		}
		got.again = true
		return got
	}
}

// use switches scenarios of the sandbox on.
func (o *workplace) use(names ...string) {
	o.t.Helper()
	if err := o.box.Use(names...); err != nil {
		o.t.Fatal(err)
	}
}
