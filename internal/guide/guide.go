// Package guide writes the walk as a document: Markdown, or one HTML file that
// needs nothing else. It tells what setup asks, with the admin's own values
// where they are known, named blanks where they are not, and every alternative
// that is still open.
//
// It writes no secret: it is handed none, and a field for one names where it
// comes from. The same document gives the same bytes.
package guide

import (
	"strings"

	"gmailoauth/internal/diagnosis"
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
	made := step{ID: s.ID, Number: number, Stage: s.Stage, Title: s.Title, If: d.heading(s.When), Why: s.Why, More: paragraphs(s.More), URL: s.URL,
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
	made.Pitfalls = d.pitfalls(s.Pitfalls)
	return made
}

// paragraphs cuts a text at its line breaks.
func paragraphs(text string) []string {
	var list []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
