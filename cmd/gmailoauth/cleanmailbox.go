package main

import (
	"maps"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// cleanMailbox takes secrets out of what was found, before it is spelled as a
// format spells it: each has escapes of its own, in which a secret is not known.
func (a *app) cleanMailbox(box finding.Mailbox) finding.Mailbox {
	cleaned := finding.Mailbox{Account: a.hide.Clean(box.Account), Findings: make([]finding.Finding, 0, len(box.Findings))}
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

// cleanFacts gives facts itself where nothing is to be taken out: thousands of
// mailboxes wait in memory for their turn.
func (a *app) cleanFacts(facts map[string]string) map[string]string {
	cleaned, own := facts, false
	for name, value := range facts {
		clean := a.hide.Clean(value)
		if clean == value {
			continue
		}
		if !own {
			cleaned, own = maps.Clone(facts), true
		}
		cleaned[name] = clean
	}
	return cleaned
}

// explainClean explains, and takes secrets out of what it says.
func (a *app) explainClean(s *diagnosis.Symptom) diagnosis.Diagnosis {
	return a.cleanDiagnosis(a.explain(s))
}

func (a *app) cleanDiagnosis(d diagnosis.Diagnosis) diagnosis.Diagnosis {
	for _, text := range []*string{&d.Error, &d.Cause, &d.Fix, &d.URL, &d.Command} {
		*text = a.hide.Clean(*text)
	}
	return d
}
