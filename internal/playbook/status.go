package playbook

import (
	"slices"
	"strings"
)

func (p *Playbook) status(state StepState, fill filler, mark Status) (Status, string) {
	if !p.holds(state.When, fill) {
		return Skipped, state.Skip
	}
	if mark == Done || mark == Acknowledged {
		return mark, ""
	}
	pending, asksAck, given, found := false, false, false, true
	for _, q := range state.Questions {
		pending = pending || q.Pending
		if q.Key == AckKey(state.ID) {
			asksAck = true
			if fill.answers.Get(q.Key) == "yes" {
				return Acknowledged, ""
			}
		}
		if q.Required && fill.answers.Has(q.Key) {
			given = true
			found = found && fill.answers[q.Key].From == FromFind
		}
	}
	switch {
	case pending || asksAck || state.Action != "":
		return Open, ""
	case state.Person && (!given || !found):
		return Acknowledged, ""
	}
	return Done, ""
}

// asksTarget reports whether a condition is about the application.
func (c Condition) asksTarget() bool {
	for key := range c {
		if strings.HasPrefix(key, "target.") {
			return true
		}
	}
	return false
}

// holds reports whether a condition holds.
func (p *Playbook) holds(when Condition, fill filler) bool {
	for key, wanted := range when {
		if p.Target == nil && strings.HasPrefix(key, "target.") {
			continue // not known yet: the step may be needed
		}
		have := p.known(key, fill)
		ok := slices.ContainsFunc(wanted, func(w string) bool {
			switch w {
			case "":
				return len(have) == 0
			case "*":
				return len(have) > 0
			}
			return slices.Contains(have, w)
		})
		if !ok {
			return false
		}
	}
	return true
}

// known gives what is known under a key of a condition.
func (p *Playbook) known(key string, fill filler) []string {
	if fact, ok := strings.CutPrefix(key, "target."); ok {
		return p.Target.fact(fact)
	}
	answer := fill.answers[key]
	switch {
	case !answer.Secret.IsZero():
		return []string{"*"}
	case len(answer.Values) > 0 && answer.Values[0] != "":
		return answer.Values
	case key == "sandbox":
		return []string{"false"}
	}
	if value := fill.defaults[key]; value != "" {
		return []string{value}
	}
	return nil
}

// fact gives what conditions may ask of a target.
func (t *Target) fact(name string) []string {
	one := map[string]string{"name": t.Name, "support": t.Support, "client_type": t.ClientType,
		"gmail_api": t.GmailAPI, "order": t.Order, "prompt_consent": t.PromptConsent}
	if name == "protocols" {
		return t.Protocols
	}
	if one[name] == "" {
		return nil
	}
	return []string{one[name]}
}
