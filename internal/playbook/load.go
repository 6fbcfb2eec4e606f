package playbook

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed google/*.yaml
var walk embed.FS

// stepData is a step of steps.yaml: all of it but the words.
type stepData struct {
	ID          string            `yaml:"id"`
	Per         string            `yaml:"per"`
	Link        string            `yaml:"link"`
	Action      string            `yaml:"action"`
	Person      bool              `yaml:"person"`
	Auto        Condition         `yaml:"auto"`        // when it holds, the action does what else a person does
	Acknowledge string            `yaml:"acknowledge"` // "answer": giving the answers says that it is done; empty: it is asked
	Proves      []string          `yaml:"proves"`
	Pitfalls    []string          `yaml:"pitfalls"`
	When        Condition         `yaml:"when"`
	Grant       string            `yaml:"grant"` // the walk that it belongs to; empty: both
	Do          []instructionData `yaml:"do"`
	Asks        []questionData    `yaml:"asks"`
	Source      string            `yaml:"source"`
	Checked     string            `yaml:"checked"`
	Delegated   *delegatedData    `yaml:"delegated"` // of a step of both walks
}

type instructionData struct {
	ID     string    `yaml:"id"`
	Values []string  `yaml:"values"`
	When   Condition `yaml:"when"`
}

type questionData struct {
	Key      string    `yaml:"key"`
	Kind     Kind      `yaml:"kind"`
	Flag     string    `yaml:"flag"`
	Check    string    `yaml:"check"`
	Default  string    `yaml:"default"`
	Example  string    `yaml:"example"`
	SameHost string    `yaml:"same_host"`
	Choices  []string  `yaml:"choices"`
	Required bool      `yaml:"required"`
	Offer    bool      `yaml:"offer"`
	When     Condition `yaml:"when"`
	Or       []string  `yaml:"or"`
	With     string    `yaml:"with"`
}

// textData is text.<lang>.yaml of the walk.
type textData struct {
	Blanks      map[string]string   `yaml:"blanks"`
	Proposed    string              `yaml:"proposed_name"`
	Acknowledge questionText        `yaml:"acknowledge"`
	Steps       map[string]stepText `yaml:"steps"`
	Pages       map[string]string   `yaml:"pages"`
}

type stepText struct {
	Title     string                     `yaml:"title"`
	Stage     string                     `yaml:"stage"`
	Why       string                     `yaml:"why"`
	More      string                     `yaml:"more"`
	Sees      string                     `yaml:"sees"`
	Checks    string                     `yaml:"checks"`
	Skip      string                     `yaml:"skip"`
	Do        map[string]instructionText `yaml:"do"`
	Questions map[string]questionText    `yaml:"questions"`
	Delegated *delegatedText             `yaml:"delegated"`
}

type instructionText struct {
	Text string `yaml:"text"`
	Note string `yaml:"note"`
}

type questionText struct {
	Label   string                `yaml:"label"`
	Help    string                `yaml:"help"`
	Choices map[string]choiceText `yaml:"choices"`
}

type choiceText struct {
	Label string `yaml:"label"`
	Help  string `yaml:"help"`
}

// Load gives the walk in a language. target may be nil: then the first step
// asks for it. The error is about the embedded files or the language.
func Load(lang string, target *Target) (*Playbook, error) {
	var steps struct {
		Steps []stepData `yaml:"steps"`
	}
	var text textData
	if err := readWalk("steps.yaml", &steps); err != nil {
		return nil, err
	}
	if err := readWalk("text."+lang+".yaml", &text); err != nil {
		return nil, err
	}
	label, err := labels(lang)
	if err != nil {
		return nil, err
	}
	p := &Playbook{Lang: lang, Target: target, blanks: text.Blanks, proposed: text.Proposed}
	for _, d := range steps.Steps {
		p.Steps = append(p.Steps, makeStep(d, text.Steps[d.ID], text.Acknowledge, label))
	}
	return p, p.putTarget(lang)
}

func readWalk(name string, into any) error {
	data, err := walk.ReadFile("google/" + name)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func makeStep(d stepData, t stepText, ack questionText, label func(string) string) Step {
	step := Step{ID: d.ID, Title: label(t.Title), Stage: label(t.Stage), Why: label(t.Why), More: label(t.More),
		Sees: label(t.Sees), Checks: label(t.Checks), Pitfalls: d.Pitfalls, Skip: label(t.Skip), Per: d.Per, Link: d.Link, Action: d.Action, Person: d.Person, Auto: d.Auto,
		Proves: d.Proves, When: d.When, Grant: d.Grant, Source: d.Source, Checked: d.Checked,
		delegated: makeDelegated(d.Delegated, t.Delegated, label)}
	for _, i := range d.Do {
		step.Instructions = append(step.Instructions, makeInstruction(i, t.Do[i.ID], label))
	}
	for _, q := range d.Asks {
		step.Questions = append(step.Questions, makeQuestion(q, t.Questions[q.Key], label))
	}
	if d.Person && d.Acknowledge == "" {
		step.Questions = append(step.Questions, makeQuestion(questionData{Key: AckKey(d.ID), Kind: KindConfirm,
			Flag: "--ack " + d.ID, Check: "confirm", Default: "no"}, ack, label))
	}
	return step
}

// AckKey is the key of the question by which the admin says that a step that
// only a person can do is done: ack_gmail_api.
func AckKey(step string) string { return "ack_" + strings.ReplaceAll(step, "-", "_") }

func makeInstruction(d instructionData, t instructionText, label func(string) string) Instruction {
	return Instruction{ID: d.ID, Text: label(t.Text), Note: label(t.Note), Values: d.Values, When: d.When}
}

func makeQuestion(d questionData, t questionText, label func(string) string) Question {
	q := Question{Key: d.Key, Kind: d.Kind, Label: label(t.Label), Help: label(t.Help), Default: d.Default,
		Example: d.Example, SameHost: d.SameHost, Secret: d.Kind == KindSecret, Required: d.Required, Offer: d.Offer,
		Check: cmp.Or(d.Check, "text"), When: d.When, Or: d.Or, With: d.With,
		Flag:     cmp.Or(d.Flag, "--"+strings.ReplaceAll(d.Key, "_", "-")),
		Variable: "GMAILOAUTH_" + strings.ToUpper(d.Key)}
	for _, value := range d.Choices {
		c := t.Choices[value]
		q.Choices = append(q.Choices, Choice{Value: value, Label: label(c.Label), Help: label(c.Help)})
	}
	return q
}

// putTarget gives the step "target" its choices and, once one is chosen, that
// application's own questions and what is to be done there first.
func (p *Playbook) putTarget(lang string) error {
	for i := range p.Steps {
		step := &p.Steps[i]
		switch step.ID {
		case "target":
			for _, name := range Targets() {
				t, err := LoadTarget(name, lang)
				if err != nil {
					return err
				}
				step.Questions[0].Choices = append(step.Questions[0].Choices, Choice{Value: name, Label: t.Title, Help: t.Summary})
			}
			if p.Target != nil {
				step.Questions = append(step.Questions, p.Target.Variables...)
				step.Instructions = append(slices.Clone(p.Target.Before), step.Instructions...)
			}
		case "handover":
			if p.Target != nil {
				step.Instructions = append(step.Instructions, p.Target.After...)
			}
		}
	}
	return nil
}
