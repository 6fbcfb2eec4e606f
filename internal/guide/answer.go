package guide

import (
	"strings"

	"gmailoauth/internal/playbook"
)

type answer struct {
	Label, Help, Flag, Value string
	Blank                    bool // nothing is given yet
}

// Question is what is asked, in one line.
func (a answer) Question() string {
	switch {
	case a.Help == "":
		return a.Label
	case strings.HasSuffix(a.Label, "?"):
		return a.Label + " " + a.Help
	}
	return a.Label + ". " + a.Help
}

func (d Document) answer(q playbook.QuestionState) answer {
	a := answer{Label: q.Label, Help: q.Help, Flag: q.Flag, Value: q.Value}
	given := d.Answers.Has(q.Key)
	if !q.Secret {
		a.Value = q.Called(q.Value)
	}
	switch {
	case strings.HasPrefix(q.Flag, "--ack ") && !given:
		a.Value, a.Blank = "", true
	case q.Secret:
		a.Value, a.Blank = d.Words.Say("guide.secret-value"), !given
	case a.Value == "" && q.Example != "":
		a.Value, a.Blank = d.Words.Say("wizard.example", "example", q.Example), true
	case a.Value == "":
		a.Blank = true
	case !given && q.Value == q.Default:
		a.Value = d.Words.Say("guide.default", "value", a.Value)
	}
	return a
}
