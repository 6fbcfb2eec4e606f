package playbook

import (
	"cmp"
	"slices"
	"strings"

	"gmailoauth/internal/google"
)

// How mailboxes are opened: by the consent of each, or by delegation to a service
// account. Each has steps of its own; those of the other are no part of the walk.
const (
	ByConsent    = "consent"
	ByDelegation = "delegation"
)

// apart reports whether a step belongs to the other way of opening mailboxes.
func (s Step) apart(answers Answers) bool {
	return s.Grant != "" && s.Grant != cmp.Or(answers.Get("grant"), ByConsent)
}

// grantsOffered says "both" when it is worth asking how the mailboxes are opened:
// several of one Workspace, for a program that takes tokens from us. Who asked
// for one way by a flag has that question before them, too.
func (p *Playbook) grantsOffered(answers Answers) string {
	if answers.Has("grant") {
		return "both"
	}
	accounts := answers["account"].Values
	if !p.Target.TakesTokens() || len(accounts) < 2 || accountKind(accounts) != "workspace" {
		return ""
	}
	_, domain, _ := strings.Cut(accounts[0], "@")
	for _, address := range accounts {
		if _, other, _ := strings.Cut(address, "@"); !strings.EqualFold(other, domain) {
			return ""
		}
	}
	return "both"
}

// tokenCommand is what a target shows that gets its tokens from us.
const tokenCommand = "gmailoauth token "

// TakesTokens reports whether an application can get its tokens from us, and need
// not ask Google for any: only then delegation is of use to it. Nil does not.
func (t *Target) TakesTokens() bool {
	if t == nil {
		return false
	}
	return slices.ContainsFunc(t.Forms, func(f Form) bool {
		return slices.ContainsFunc(f.Fields, func(field Field) bool { return strings.HasPrefix(field.Value, tokenCommand) })
	})
}

// WithDelegation gives the application without what it would need to ask for
// consent: the forms that want a client's secret, and what is said of consent.
func (t *Target) WithDelegation() *Target {
	short := *t
	short.Forms = slices.DeleteFunc(slices.Clone(t.Forms), func(f Form) bool {
		return slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Secret })
	})
	short.Warnings = nil
	return &short
}

// DelegatedScopes are the scopes that an answer to the question "scope" stands
// for; nil for none that is known.
func DelegatedScopes(answer string) []string {
	mail, admin := google.MailScope(), google.Known().Scopes["imap-admin"].Value
	return map[string][]string{"": {mail}, "mail": {mail}, "imap-admin": {admin}, "both": {mail, admin}}[answer]
}

// delegationLink are the blanks of the page of the Admin console that is filled
// in for a service account; the list of scopes there is replaced.
func delegationLink(answers Answers, links map[string]string) {
	if answers.Get("grant") != ByDelegation {
		return
	}
	links["client_id"] = answers.Get("service_account_id") // an OAuth client's own would be of no use there
	if links["client_id"] != "" {
		links["overwrite"], links["scopes"] = "true", answers.Get("delegated_scopes")
	}
}

// walked are the steps of the walk that the answers have chosen, in its words.
func walked(steps []Step, answers Answers) []Step {
	own := slices.DeleteFunc(slices.Clone(steps), func(s Step) bool { return s.apart(answers) })
	for i := range own {
		own[i] = own[i].spoken(answers)
	}
	return own
}
