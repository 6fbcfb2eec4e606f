package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/terminal"
)

// connect has sales@example.com consent, with a client of the project my-mail-123.
func (o *workplace) connect() account.Client {
	o.t.Helper()
	client, file := o.client(account.Desktop)
	if code, _, stderr := o.run("authorize", o.who, "--client-file", file); code != 0 {
		o.t.Fatalf("authorize: exit %d\n%s", code, stderr)
	}
	return client
}

// play switches scenarios on and runs the command that meets them.
func (o *workplace) play(names ...string) told {
	o.t.Helper()
	var all []scenario.Scenario
	for _, name := range names {
		s, ok := scenario.Named(name)
		if !ok {
			o.t.Fatalf("no scenario %s", name)
		}
		all = append(all, s)
	}
	return o.playAll(all...)
}

// effects plays what no scenario has: servers with refusals of their own.
func (o *workplace) effects(effects ...scenario.Effect) told {
	o.t.Helper()
	return o.playAll(scenario.Scenario{Name: "of-its-own", Effects: effects})
}

func (o *workplace) playAll(scenarios ...scenario.Scenario) told {
	o.t.Helper()
	at := func(points ...string) bool {
		return slices.ContainsFunc(scenarios[0].Effects, func(e scenario.Effect) bool { return slices.Contains(points, e.At) })
	}
	if strings.HasPrefix(scenarios[0].Effects[0].At, "cloud.") {
		o.box.Scenarios().Use(scenarios...)
		return o.clouds()
	}
	if strings.HasPrefix(scenarios[0].Effects[0].At, "delegation.") {
		return o.playDelegation(scenarios...)
	}
	if strings.HasPrefix(scenarios[0].Effects[0].At, "federation.") {
		return o.playFederation(scenarios...)
	}
	hangs := slices.ContainsFunc(scenarios[0].Effects, func(e scenario.Effect) bool { return e.Hang })
	limit := "20s"
	if hangs {
		limit = "400ms"
	}
	consents := at(scenario.Authorize, scenario.Consent, scenario.Redirect, scenario.GrantPoint, scenario.TokenCode) && !at(scenario.TokenRefresh)
	if consents {
		o.box.Scenarios().Use(scenarios...)
		return o.consenting()
	}
	o.connect()
	o.box.Scenarios().Use(scenarios...)
	if at(scenario.TokenRefresh, scenario.OAuthTLS) {
		return o.runs("token", o.who, "--renew", "--timeout", limit)
	}
	if at(scenario.Revoke) {
		return o.runs("revoke", o.who, "--yes", "--timeout", limit)
	}
	args := []string{}
	for _, protocol := range []string{"imap", "smtp", "pop3"} {
		if slices.ContainsFunc(scenarios[0].Effects, func(e scenario.Effect) bool { return strings.HasPrefix(e.At, protocol+".") }) {
			args = append(args, "--protocol", protocol)
		}
	}
	if at(scenario.SMTPMail, scenario.SMTPData) {
		args = append(args, "--send-test")
	}
	return o.proves(append(args, "--timeout", limit)...)
}

func (o *workplace) runs(args ...string) told {
	o.t.Helper()
	code, out, stderr := o.run(args...)
	return told{code: code, out: out, err: stderr}
}

// proves runs verify for its JSON, its text and with --strict. The text stands
// where other commands have their four lines.
func (o *workplace) proves(args ...string) told {
	o.t.Helper()
	args = append([]string{"verify"}, args...)
	code, out, stderr := o.run(append(args, "--format", "json")...)
	if stderr != "" {
		o.t.Errorf("verify --format json says on stderr:\n%s", stderr)
	}
	textCode, text, _ := o.run(args...)
	if textCode != code {
		o.t.Errorf("verify: exit %d as text, %d as JSON", textCode, code)
	}
	got := told{code: code, out: out, err: text}
	if code == 0 {
		got.strict, _, _ = o.run(append(args, "--strict")...)
	}
	return got
}

// consenting is authorize with a person at the browser. Where a page strands
// them they paste its address, or its words if the address tells nothing.
func (o *workplace) consenting(args ...string) told {
	o.t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _, _ = reader.Close(), writer.Close() }()
	o.in, o.tty = reader, true
	o.open = func(ctx context.Context, address string, _ terminal.Env) error {
		stranded, ok := errors.AsType[*diagnosis.Symptom](o.box.Consent(ctx, address, o.who))
		if !ok {
			return nil
		}
		seen := stranded.Facts["page"]
		if seen == "" {
			seen = stranded.Text
		}
		_, err := io.WriteString(writer, seen+"\n")
		return err
	}
	if len(args) == 0 {
		_, file := o.client(account.Desktop)
		args = []string{"--client-file", file}
	}
	return o.runs(append([]string{"authorize", o.who}, args...)...)
}
