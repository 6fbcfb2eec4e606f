package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/account"
	"gmailoauth/internal/export"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
)

// targetText shows a target to a person.
func (a *app) targetText(t *playbook.Target) string {
	var b strings.Builder
	w := a.words()
	t = t.Filled(export.Values(account.Account{}, google.Gmail(), nil))
	fmt.Fprintf(&b, "%s\n%s\n\n", t.Title, t.Summary)
	width := 0
	for _, id := range []string{"client", "redirect", "origin", "domain", "protocols"} {
		width = max(width, utf8.RuneCountInString(w.Say("targets."+id)))
	}
	line := func(id, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-*s %s\n", width, w.Say("targets."+id), value)
		}
	}
	line("client", t.ClientType)
	line("redirect", strings.Join(t.RedirectURIs, ", "))
	line("origin", strings.Join(t.Origins, ", "))
	line("domain", strings.Join(t.Domains, ", "))
	protocols := strings.Join(t.Protocols, ", ")
	if protocols == "" {
		protocols = w.Say("targets.gmail-api-needed")
	}
	line("protocols", protocols)
	section := func(id string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n", w.Say("targets."+id))
		for _, l := range lines {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	var variables, forms, sources []string
	for _, v := range t.Variables {
		variables = append(variables, fmt.Sprintf("%s=%s  %s", v.Flag, v.Example, v.Label))
	}
	for _, f := range t.Forms {
		forms = append(forms, w.Colon(f.Title, strings.Join(f.Menu, " → ")))
	}
	for _, s := range t.Sources {
		sources = append(sources, w.Colon(s.What, s.Where)+" "+w.Say("targets.checked", "date", s.Checked))
	}
	section("variables", variables)
	section("forms", forms)
	section("warnings", t.Warnings)
	section("limits", t.Limits)
	section("sources", sources)
	return b.String()
}

// targetJSON shows a target to a program; templates keep their blanks.
func targetJSON(t *playbook.Target) map[string]any {
	list := func(texts []string) []string { return append([]string{}, texts...) }
	variables := []any{}
	for _, v := range t.Variables {
		variables = append(variables, map[string]any{"key": v.Key, "flag": v.Flag, "label": v.Label, "help": v.Help,
			"required": v.Required, "check": v.Check, "example": v.Example})
	}
	forms := []any{}
	for _, f := range t.Forms {
		fields := []any{}
		for _, field := range f.Fields {
			fields = append(fields, map[string]any{"key": field.Key, "label": field.Label, "value": field.Value, "secret": field.Secret, "note": field.Note})
		}
		forms = append(forms, map[string]any{"title": f.Title, "menu": list(f.Menu), "fields": fields, "note": f.Note})
	}
	sources := []any{}
	for _, s := range t.Sources {
		sources = append(sources, map[string]any{"what": s.What, "where": s.Where, "checked": s.Checked})
	}
	return map[string]any{"name": t.Name, "title": t.Title, "summary": t.Summary, "support": t.Support,
		"client_type": t.ClientType, "gmail_api": t.GmailAPI, "prompt_consent": t.PromptConsent,
		"redirect_uris": list(t.RedirectURIs), "origins": list(t.Origins), "domains": list(t.Domains),
		"protocols": list(t.Protocols), "mailboxes_per_profile": t.MailboxesPerProfile, "variables": variables, "forms": forms,
		"warnings": list(t.Warnings), "limits": list(t.Limits), "sources": sources}
}
