package main

import (
	"maps"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
)

// delegation settles what flags and variables say of a service account: one that
// was named is there to be used. Its key answers for its address and its ID.
func (g *gatherer) delegation() error {
	named := g.answers.Has("service_account_file") || g.answers.Has("service_account")
	if named && !g.answers.Has("grant") {
		g.answers["grant"] = playbook.Answer{Values: []string{grantDelegation}, From: playbook.FromFind}
	}
	if g.app.keyInVariable() && !named && (!g.answers.Has("grant") || g.answers.Get("grant") == grantDelegation) {
		key, err := g.app.givenKey(&delegationFlags{keyVariable: true}, &g.files)
		if err != nil {
			return err
		}
		maps.Copy(g.answers, keyAnswers(key))
		g.answers["grant"] = playbook.Answer{Values: []string{grantDelegation}, From: playbook.FromFind}
	}
	if g.answers.Get("grant") != grantDelegation {
		return nil
	}
	if g.answers.Has("service_account_file") && g.answers.Has("service_account") {
		return inputSymptom("flags-exclude", "flag", "--service-account-file", "other", "--service-account", "flags", "--service-account-file, --service-account")
	}
	if g.book.Target != nil && !g.book.Target.TakesTokens() {
		return inputSymptom("delegation-not-for-target", "target", g.book.Target.Title)
	}
	if err := noConsumers(g.answers["account"].Values); err != nil {
		return err
	}
	path := g.answers.Get("service_account_file")
	if path == "" {
		return g.identity()
	}
	key, err := g.app.readServiceKey(path, &g.files)
	if err != nil {
		return err
	}
	maps.Copy(g.answers, keyAnswers(key))
	return nil
}

// noConsumers refuses mailboxes that no Workspace can delegate.
func noConsumers(accounts []string) error {
	consumer := strings.Fields(google.Known().Domains["consumer"].Value)
	for _, address := range accounts {
		if _, domain, _ := strings.Cut(strings.ToLower(address), "@"); slices.Contains(consumer, domain) {
			return inputSymptom("delegation-of-consumer-mailbox", "account", address, "domain", domain)
		}
	}
	return nil
}

// keyAnswers are what a key answers for.
func keyAnswers(key account.ServiceKey) playbook.Answers {
	found := func(value string) playbook.Answer {
		return playbook.Answer{Values: []string{value}, From: playbook.FromFind}
	}
	return playbook.Answers{"service_account": found(key.Email), "service_account_id": found(key.ClientID),
		"service_account_key": {Secret: key.Text(), From: playbook.FromFind}}
}

// identity takes the service account from the credential configuration file, if
// there is one that names it and nothing else was named.
func (g *gatherer) identity() error {
	d := &g.app.delegates
	if file := g.flags.credentialsFile; file != g.app.env(credentialsVariable) {
		d.credentialsFile, d.credentialsFlag = file, "--credentials-file"
	}
	if g.answers.Has("service_account") {
		return nil
	}
	email, err := g.app.identityAccount()
	if err == nil && email != "" {
		g.answers["service_account"] = playbook.Answer{Values: []string{email}, From: playbook.FromFind}
	}
	return err
}
