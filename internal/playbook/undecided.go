package playbook

import (
	"maps"
	"slices"
	"strings"
)

// Undecided gives the steps as a guide prints them before everything is known.
// Where Resolve takes what is not answered for a no, here it may still become a
// yes: a step, an instruction or a question whose condition rests on a key that
// nobody answered is there, and its When holds what is still open of that
// condition; When is empty where nothing is. What is answered excludes as it
// does in Resolve. A default decides nothing, a required question counts as
// answered with something, and it is never the sandbox.
//
// A value to paste that is not known stands in ‹ ›; see IsBlank. Steps that
// cannot be needed any more are Skipped, those of marks are what the marks say,
// all others Open.
func (p *Playbook) Undecided(answers Answers, marks Marks) []StepState {
	answers = maps.Clone(answers)
	delete(answers, "sandbox")
	answers = p.withBlanks(p.Complete(answers))
	u := undecided{Playbook: p, fill: p.filler(answers)}
	u.paste = u.fill
	u.paste.blanks = map[string]string{}
	for key, words := range u.fill.blanks {
		u.paste.blanks[key] = blank(words)
	}
	states := make([]StepState, 0, len(p.Steps))
	for _, step := range walked(p.Steps, answers) {
		states = append(states, u.step(step, marks[step.ID]))
	}
	return states
}

// IsBlank reports whether a value holds a blank that Undecided found no value for.
func IsBlank(value string) bool { return strings.Contains(value, "‹") }

func blank(words string) string { return "‹" + words + "›" }

// Blank gives what stands for a value that is not known: ‹your mailbox›.
func (p *Playbook) Blank(key string) string {
	if words := p.blanks[key]; words != "" {
		return blank(words)
	}
	return ""
}

// withBlanks adds what the application needs registered where it cannot be
// computed yet, with the unknown parts as blanks.
func (p *Playbook) withBlanks(answers Answers) Answers {
	put := func(key string, values ...string) {
		if len(values) > 0 {
			answers[key] = Answer{Values: values, From: FromFind}
		}
	}
	if p.Target == nil {
		if !answers.Has("loopback_uri") {
			put("loopback_uri", loopbackURI(answers))
			put("register_uris", p.Blank("redirect_uris"), answers.Get("loopback_uri"))
		}
		return answers
	}
	if want := p.Target.RedirectURIs; len(answers["redirect_uris"].Values) < len(want) {
		values := map[string]string{}
		for key := range answers {
			values[key] = answers.Get(key)
		}
		uris := p.Target.Filled(values).RedirectURIs
		put("redirect_uris", uris...)
		if own := answers.Get("loopback_uri"); own != "" {
			put("register_uris", distinct(append(slices.Clone(uris), own))...)
		}
	}
	if len(answers["origins"].Values) < len(p.Target.Origins) {
		put("origins", p.Blank("origins"))
	}
	if len(answers["domains"].Values) < len(p.Target.Domains) {
		put("domains", p.Blank("domains"))
	}
	return answers
}

// undecided is one walk while not everything is known.
type undecided struct {
	*Playbook
	fill  filler // of sentences
	paste filler // of values to paste: an unknown one is marked
}

func (u undecided) step(step Step, mark Status) StepState {
	open, ok := u.open(step.When)
	state := u.state(step, u.fill)
	state.When, state.Status = open, Open
	if !ok {
		state.Status, state.Reason = Skipped, state.Skip
	} else if mark != "" {
		state.Status = mark
	}
	state.Instructions, state.Questions = nil, nil
	for _, i := range step.Instructions {
		if i.When, ok = u.open(i.When); ok {
			i.Text, i.Note, i.Values = u.fill.text(i.Text), u.fill.text(i.Note), u.paste.values(i.Values)
			state.Instructions = append(state.Instructions, i)
		}
	}
	for _, q := range step.Questions {
		if q.When, ok = u.open(q.When); ok {
			asked := asked(q, step.Questions, u.fill)
			asked.Pending = asked.Pending && state.Status != Skipped
			state.Questions = append(state.Questions, asked)
		}
	}
	return state
}

// open gives the part of a condition that is not decided yet, and whether the
// condition may hold at all.
func (u undecided) open(when Condition) (Condition, bool) {
	rest := Condition{}
	for key, wanted := range when {
		switch {
		case u.decided(key):
			if !u.holds(Condition{key: wanted}, u.fill) {
				return nil, false
			}
		case slices.Contains(wanted, ""), slices.Equal(wanted, []string{"*"}) && u.required(key):
			// Nothing is given so far; something will be.
		case slices.Equal(wanted, []string{"*"}) && (u.question(key).Offer || key == "page_domains"):
			return nil, false // what is said while nothing is given says it all
		default:
			rest[key] = wanted
		}
	}
	return rest, true
}

// decided reports whether a key of a condition has its value for good.
func (u undecided) decided(key string) bool {
	if key == "sandbox" || u.fill.answers.Has(key) {
		return true
	}
	if slices.Contains(ofMailboxes(), key) {
		return false
	}
	if u.Target == nil {
		return u.question(key).Key == "" && !strings.HasPrefix(key, "target.") && !slices.Contains(ofTarget(), key)
	}
	return u.question(key).Key == ""
}

// ofTarget are the keys that an application decides; see Complete.
func ofTarget() []string {
	return []string{"client_type", "redirect_uris", "origins", "domains"}
}

// ofMailboxes are the keys that the mailboxes and pages decide; see Complete.
func ofMailboxes() []string { return []string{"account_kind", "page_domains"} }

func (u undecided) required(key string) bool { return u.question(key).Required }

// question gives the question of a key; the zero Question if there is none.
func (u undecided) question(key string) Question {
	for _, step := range u.Steps {
		for _, q := range step.Questions {
			if q.Key == key {
				return q
			}
		}
	}
	return Question{}
}
