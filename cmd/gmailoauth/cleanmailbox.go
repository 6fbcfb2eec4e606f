package main

import (
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// cleanMailbox takes secrets out of what was found, before it is spelled as a
// format spells it: each has escapes of its own, in which a secret is not known.
func (a *app) cleanMailbox(box finding.Mailbox) finding.Mailbox {
	cleaned := finding.Mailbox{Account: a.hide.Clean(box.Account)}
	for _, f := range box.Findings {
		f.Evidence = a.hide.Clean(f.Evidence)
		f.Facts = a.cleanFacts(f.Facts)
		if f.Symptom != nil {
			symptom := *f.Symptom // the one of the finding is also told elsewhere
			symptom.Text = a.hide.Clean(symptom.Text)
			symptom.Facts = a.cleanFacts(symptom.Facts)
			if symptom.Challenge != nil {
				challenge := *symptom.Challenge
				challenge.Status, challenge.Schemes, challenge.Scope = a.hide.Clean(challenge.Status), a.hide.Clean(challenge.Schemes), a.hide.Clean(challenge.Scope)
				symptom.Challenge = &challenge
			}
			f.Symptom = &symptom
		}
		cleaned.Findings = append(cleaned.Findings, f)
	}
	return cleaned
}

func (a *app) cleanFacts(facts map[string]string) map[string]string {
	if facts == nil {
		return nil
	}
	cleaned := make(map[string]string, len(facts))
	for name, value := range facts {
		cleaned[name] = a.hide.Clean(value)
	}
	return cleaned
}

// explainClean explains, and takes secrets out of what it says.
func (a *app) explainClean(s *diagnosis.Symptom) diagnosis.Diagnosis {
	d := a.explain(s)
	for _, text := range []*string{&d.Error, &d.Cause, &d.Fix, &d.URL, &d.Command} {
		*text = a.hide.Clean(*text)
	}
	return d
}
