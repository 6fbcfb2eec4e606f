package main

import (
	"bytes"
	"context"
	"slices"

	"gmailoauth/internal/export"
	"gmailoauth/internal/playbook"
)

// formatOptions are the flags of export that are about a format.
type formatOptions struct {
	one, output string
	set, reveal bool
}

// exportKnown exports a format and says so; an application is left to the
// caller, and any other name is refused.
func (a *app) exportKnown(ctx context.Context, name, email string, o formatOptions) (done bool, err error) {
	if !slices.Contains(export.Formats(), name) {
		if !slices.Contains(playbook.Targets(), name) && !isOwnTarget(name) {
			err = unknownExport(name)
		}
		return false, err
	}
	if o.set {
		return false, inputSymptom("set-with-format", "flag", "--set", "value", name)
	}
	return true, a.exportFormat(ctx, name, email, o)
}

// exportFormat tells another program of an account: the files on stdout or in
// output, what to do with them on stderr.
func (a *app) exportFormat(ctx context.Context, name, email string, o formatOptions) error {
	if err := oneOf(a.flags.format, "text", "json"); err != nil {
		return err
	}
	format, err := export.LoadFormat(name, a.words().Lang())
	if err != nil {
		return err
	}
	filled, err := a.fill(ctx, format, email, o.reveal)
	if err != nil {
		return err
	}
	if o.one != "" {
		if err := filled.Choose(o.one); err != nil {
			return err
		}
	}
	written, err := a.writeFormat(filled, o)
	if err != nil || a.flags.format == "json" {
		return err
	}
	look := export.Options{Words: a.words()}
	if a.term.ErrTTY {
		look.Width, look.Color = a.term.Width, a.term.Color
	}
	a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error { return filled.WriteNotes(b, look, written) })
	return nil
}

// fill fills a format for an account, with its secrets if they are to be revealed.
func (a *app) fill(ctx context.Context, format *export.Format, email string, reveal bool) (*export.Filled, error) {
	acct, secrets, err := a.account(ctx, email)
	if err != nil {
		return nil, err
	}
	if acct.Delegation != nil && format.Secret() {
		return nil, inputSymptom("export-needs-consent", append(delegationFacts(acct), "value", format.Name)...)
	}
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	helper, err := a.helper()
	if err != nil {
		return nil, err
	}
	var show export.Secrets
	if reveal && format.Secret() {
		kept, err := secrets.Get(ctx, acct.Email)
		if err != nil {
			return nil, err
		}
		show = export.Secrets{ClientSecret: kept.ClientSecret, RefreshToken: kept.Token.Refresh}
	}
	return format.Fill(a.words(), acct, provider, helper, show)
}
