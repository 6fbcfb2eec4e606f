package diagnosis

import (
	"context"
	"errors"
	"maps"
	"net"
	"strconv"
	"strings"
)

// Diagnosis is what a person is told. Its sentences are of one line, without
// control characters, whatever a server said.
type Diagnosis struct {
	Name      string // argument of explain
	Error     string // what happened
	Cause     string // the likeliest
	Causes    []string
	Fix       string // holds URL and Command, where there are any
	URL       string
	Command   string
	More      string // a paragraph, for explain
	Source    string
	Checked   string // YYYY-MM-DD
	Exit      int
	Temporary bool // try later
	Again     bool // may pass within seconds, and no login was refused: a program may try again
}

// Link gives the address of a page by its key, with what is known filled in.
type Link func(page string, facts map[string]string) string

// Explain finds the first entry that fits a symptom. There is always one: at
// the end of the list stand the unknown refusals of each place, and our own
// bugs. link may be nil: then no address is given.
func (c *Catalogue) Explain(s *Symptom, link Link) Diagnosis {
	if s == nil {
		s = &Symptom{Where: AtBug, Code: "no-symptom"}
	}
	facts := seen(s)
	for _, e := range c.entries {
		for _, r := range e.Match {
			if r.fits(s, facts) {
				return c.diagnose(e, s, nil, link)
			}
		}
	}
	return c.diagnose(c.entries[len(c.entries)-1], s, nil, link)
}

// SymptomOf gives the symptom that lies in an error, or makes one of it: time
// that ran out is the network's; all else is our fault.
func SymptomOf(err error) *Symptom {
	if s, ok := errors.AsType[*Symptom](err); ok {
		return s
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return &Symptom{Where: AtConnect, Code: "cancelled", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Symptom{Where: AtConnect, Code: "timed-out", Err: err}
	}
	return &Symptom{Where: AtBug, Code: "unexpected-error", Text: err.Error(), Err: err}
}

// diagnose fills the sentences of an entry. What said holds stands in sentences
// alone, where no fact is known.
func (c *Catalogue) diagnose(e *entry, s *Symptom, said map[string]string, link Link) Diagnosis {
	facts := seen(s)
	d := Diagnosis{Name: e.Name, Source: e.Source, Checked: e.Checked, Exit: e.Exit, Temporary: e.Exit == 5, Again: e.Again}
	if link != nil && e.Link != "" {
		d.URL = link(e.Link, facts)
	}
	d.Command = fillCommand(e.Command, facts)
	facts["url"], facts["command"] = d.URL, d.Command
	missing := c.words.Missing
	if len(said) > 0 {
		missing = maps.Clone(missing)
		maps.Copy(missing, said)
	}
	say := func(text string) string { return fill(text, facts, missing) }
	words := c.words.Entries[e.Name]
	d.Error, d.Fix, d.More = say(words.Error), say(words.Fix), say(words.More)
	for _, cause := range words.Causes {
		d.Causes = append(d.Causes, say(cause))
	}
	d.Cause = d.Causes[0]
	return d
}

// seen gives the facts of a symptom and what follows from its other fields: the
// server's words, host and port of the endpoint, the project's number, which is
// how a client ID begins.
func seen(s *Symptom) map[string]string {
	facts := map[string]string{}
	maps.Copy(facts, s.Facts)
	also := func(name, value string) {
		if facts[name] == "" {
			facts[name] = value
		}
	}
	also("text", s.words())
	also("code", s.Code)
	also("endpoint", s.Endpoint)
	if s.Status != 0 {
		also("status", strconv.Itoa(s.Status))
	}
	if host, port, err := net.SplitHostPort(s.Endpoint); err == nil {
		also("host", host)
		also("port", port)
	}
	also("host", s.Endpoint)
	also("authuser", facts["account"])
	if number, _, ok := strings.Cut(facts["client_id"], "-"); ok && isNumber(number) {
		also("project", number)
	}
	return facts
}

// words are the refusal's own, on one line.
func (s *Symptom) words() string {
	if s.Text == "" && s.Err != nil {
		return printable(s.Err.Error())
	}
	return printable(s.Text)
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}
