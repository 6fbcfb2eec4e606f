// Package guide writes the walk as a document: Markdown, or one HTML file that
// needs nothing else. It tells what setup asks, with the admin's own values
// where they are known, named blanks where they are not, and every alternative
// that is still open.
//
// It writes no secret: it is handed none, and a field for one names where it
// comes from. The same document gives the same bytes.
package guide

import (
	"cmp"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// Document is what a guide is written from.
type Document struct {
	Words     *words.Words
	Catalogue *diagnosis.Catalogue // explains what may go wrong; nil: it is left out
	Book      *playbook.Playbook
	Steps     []playbook.StepState // of Book.Undecided; those that are Skipped are left out
	Answers   playbook.Answers     // as they were given to Undecided
	Values    map[string]string    // what the application's forms are filled with, without secrets; see export.Values
	Command   string               // that does what the guide tells, as it is typed
}

// page is a document in the words of its language, as both formats show it.
type page struct {
	Lang, Title, Lead string
	Facts             []pair
	Command           string
	Key               string // of what a browser remembers: the same in every language
	Steps             []step
	Forms             []form
	Application       string
	Before, Remember  []string
	Sources           []source
}

type pair struct{ Label, Value string }

type step struct {
	ID, Stage, Title, If, Why, More, URL, Sees, Checks string
	Number                                             int
	Done                                               bool
	Choices                                            []choices
	Groups                                             []group
	Pitfalls                                           []pitfall
	Answers                                            []answer
}

// group is a run of instructions under the same condition.
type group struct {
	If    string
	First int // number of the first instruction within its step
	Lines []line
}

type line struct {
	ID, Text, Note string
	Values         []value
}

type value struct {
	Text  string
	Blank bool
}

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

type pitfall struct{ Name, Error, Cause, Fix string }

type form struct {
	ID, Title, Menu, Note string
	Fields                []field
}

type field struct {
	Label, Note string
	Value       value
	Words       bool // the value is told, not pasted
}

type source struct{ What, Where, Checked string }

// page makes the page of a document.
func (d Document) page() page {
	say := d.Words.Say
	p := page{Lang: d.Words.Lang(), Title: say("guide.title-any"), Lead: say("guide.lead"), Command: d.Command, Key: "gmailoauth-guide:"}
	if t := d.Book.Target; t != nil {
		p.Title, p.Application = say("guide.title", "target", t.Title), t.Title
		p.Key += t.Name
		p.Facts = append(p.Facts, pair{say("guide.application"), d.Words.Colon(t.Title, t.Summary)})
		if t.Support != "" && t.Support != "full" {
			p.Facts = append(p.Facts, pair{say("guide.support"), say("targets.support-" + t.Support)})
		}
	}
	if accounts := d.Answers["account"].Values; len(accounts) > 0 {
		p.Facts = append(p.Facts, pair{say("guide.mailboxes"), strings.Join(accounts, ", ")})
	}
	if project := d.Answers.Get("project"); project != "" {
		p.Facts = append(p.Facts, pair{say("guide.project"), project})
	}
	var oldest string
	for _, s := range d.Steps {
		if s.Status == playbook.Skipped {
			continue
		}
		if oldest == "" || s.Checked < oldest {
			oldest = s.Checked
		}
		p.Steps = append(p.Steps, d.step(s, len(p.Steps)+1))
		p.Sources = append(p.Sources, source{say("guide.step-source", "n", len(p.Steps), "source", s.Stage), s.Source, s.Checked})
	}
	p.Facts = append(p.Facts, pair{say("guide.seen"), oldest})
	d.putTarget(&p)
	return p
}

func (d Document) step(s playbook.StepState, number int) step {
	made := step{ID: s.ID, Number: number, Stage: s.Stage, Title: s.Title, If: d.heading(s.When), Why: s.Why, More: s.More, URL: s.URL,
		Sees: s.Sees, Checks: s.Checks, Done: s.Status == playbook.Done || s.Status == playbook.Acknowledged}
	made.Choices = d.choices(s)
	count := 0
	for _, i := range d.inOrder(s.Instructions) {
		heading := d.heading(i.When)
		if heading == "" && count > 0 && made.Groups[len(made.Groups)-1].If != "" { // also the second of them
			heading = d.Words.Say("guide.always")
		}
		if n := len(made.Groups); n == 0 || made.Groups[n-1].If != heading {
			made.Groups = append(made.Groups, group{If: heading, First: count + 1})
		}
		l := line{ID: s.ID + "." + i.ID, Text: i.Text, Note: i.Note}
		for _, v := range i.Values {
			l.Values = append(l.Values, value{v, playbook.IsBlank(v)})
		}
		last := &made.Groups[len(made.Groups)-1]
		last.Lines = append(last.Lines, l)
		count++
	}
	for _, q := range s.Questions {
		made.Answers = append(made.Answers, d.answer(q))
	}
	if d.Catalogue == nil {
		return made
	}
	for _, name := range s.Pitfalls {
		if e, ok := d.Catalogue.Entry(name, google.Link); ok {
			made.Pitfalls = append(made.Pitfalls, pitfall{name, e.Error, e.Cause, e.Fix})
		}
	}
	return made
}

func (d Document) answer(q playbook.QuestionState) answer {
	a := answer{Label: q.Label, Help: q.Help, Flag: q.Flag, Value: q.Value}
	given := d.Answers.Has(q.Key)
	if q.Kind == playbook.KindChoice && !q.Secret && given {
		for _, c := range q.Choices {
			if c.Value == q.Value {
				a.Value = c.Label
			}
		}
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
	case !given && a.Value == q.Default:
		a.Value = d.Words.Say("guide.default", "value", a.Value)
	}
	return a
}

// putTarget adds what is known of the application itself.
func (d Document) putTarget(p *page) {
	if d.Book.Target == nil {
		return
	}
	values := map[string]string{}
	for _, key := range []string{"account", "client_id", "project"} {
		values[key] = d.Book.Blank(key) // filled in last: an address is not made of them
	}
	fill := func(text string) string { return words.Fill(text, values) }
	t := d.Book.Target.Filled(d.Values)
	for _, f := range t.Forms {
		made := form{ID: f.ID, Title: f.Title, Menu: strings.Join(f.Menu, " → "), Note: fill(f.Note)}
		for _, one := range f.Fields {
			text := fill(one.Value)
			v := field{Label: one.Label, Note: fill(one.Note), Value: value{text, playbook.IsBlank(text)}}
			v.Words = strings.HasPrefix(one.Value, "(") // (leave empty)
			if one.Secret {
				v.Value, v.Words = value{Text: d.Words.Say("guide.secret-field")}, true
			}
			made.Fields = append(made.Fields, v)
		}
		p.Forms = append(p.Forms, made)
	}
	for _, text := range t.Warnings {
		p.Before = append(p.Before, fill(text))
	}
	for _, text := range t.Limits {
		p.Remember = append(p.Remember, fill(text))
	}
	for _, s := range t.Sources {
		p.Sources = append(p.Sources, source{cmp.Or(s.What, t.Title), s.Where, s.Checked})
	}
}
