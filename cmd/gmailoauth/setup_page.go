package main

import (
	"cmp"
	"context"
	"errors"
	"net/url"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/wizard"
)

// waiting is what happens in the terminal while the person is in their browser:
// a clock, and keys for what Google's pages do not tell us. What it gives is a
// pasted line; a page that they name, and leaving, end the consent.
func (c *consenting) waiting(request oauth.Request, end context.CancelCauseFunc) func(context.Context) (string, error) {
	a := c.app
	o := wizard.Options{Terminal: a.term, Words: a.words(), Line: a.lineOf, Explain: a.linesOf, Now: a.now, Lines: a.pastedLines()}
	if !c.options.NoBrowser {
		o.Open = func(ctx context.Context, address string) error { return a.openBrowser(ctx, address, a.env) }
	}
	face := wizard.New(o)
	pages, err := playbook.Pages(a.words().Lang())
	if err != nil {
		panic(err) // embedded, and read by a test
	}
	away := wizard.Away{What: a.words().Say("consent.waiting_for"), Begun: a.now(), Limit: c.limit(), Pages: pages}
	return func(ctx context.Context) (string, error) {
		if away.Address == "" { // all that is said of it comes first
			select {
			case away.Address = <-c.opened:
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		for {
			line, page, err := face.Await(ctx, away)
			switch {
			case errors.Is(err, context.Canceled) && ctx.Err() == nil: // they leave
				end(context.Canceled)
				return "", err
			case err != nil:
				return "", err
			case page == nil:
				return line, nil
			}
			symptom := a.pageSymptom(*page, request, away.Address)
			if c.options.Stranded == nil {
				c.refused(symptom)
				continue
			}
			if err := c.options.Stranded(symptom); err != nil {
				end(err)
				return "", err
			}
		}
	}
}

// pageSymptom is the refusal that a page of Google's shows. The address that was
// opened names the loopback port, which is chosen late.
func (a *app) pageSymptom(page playbook.Page, request oauth.Request, opened string) *diagnosis.Symptom {
	redirectURI := request.RedirectURI
	if u, err := url.Parse(opened); err == nil {
		redirectURI = cmp.Or(u.Query().Get("redirect_uri"), redirectURI)
	}
	symptom, ok := a.catalogue().Typical(page.Diagnosis, diagnosis.AtAuthorize)
	if !ok {
		symptom = &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Text: page.Words}
	}
	return symptom.With("account", request.Account, "client_id", request.Client.ID, "project", request.Client.Project(),
		"client_type", string(request.Client.Type), "redirect_uri", redirectURI)
}

// mendedIn is the step in which a refusal is mended.
func (a *app) mendedIn(refusal error) string {
	symptom, ok := errors.AsType[*diagnosis.Symptom](refusal)
	if !ok {
		return ""
	}
	return playbook.StepOf(a.explain(symptom).Name)
}

// pitfall tells a diagnosis in a line.
func (a *app) pitfall(name string) string {
	example, _ := a.catalogue().Example(name, nil, nil, google.Link)
	return example.Error
}
