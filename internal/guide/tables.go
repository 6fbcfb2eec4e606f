package guide

import (
	"fmt"
	"strings"
)

func (m *markdown) choices(c choices) {
	if c.If != "" {
		m.paragraph("**" + inline(c.If) + "**")
	}
	m.line("\n| %s | %s | %s |\n| --- | --- | --- |", inline(c.Label), inline(m.say("guide.follows")), inline(m.say("guide.flag")))
	for _, o := range c.Options {
		label := "**" + inline(o.Label) + "**"
		if o.Mark != "" {
			label += " (" + inline(o.Mark) + ")"
		}
		m.line("| %s | %s | %s |", label, inline(o.Help), cellCode(o.Flag))
	}
}

func (m *markdown) answers(list []answer) {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s | %s |\n| --- | --- | --- |\n", inline(m.say("guide.question")), inline(m.say("guide.flag")), inline(m.say("guide.value")))
	for _, a := range list {
		v := inline(a.Value)
		if !a.Blank {
			v = "**" + v + "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", inline(a.Question()), cellCode(a.Flag), v)
	}
	if len(list) > 0 {
		m.details(m.say("guide.answers"), strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "|  |", "| |"))
	}
}

func (m *markdown) forms() {
	if len(m.page.Forms) == 0 {
		return
	}
	m.heading(2, "forms", inline(m.say("guide.forms")))
	m.paragraph(inline(m.say("guide.forms-lead", "target", m.page.Application)))
	for _, f := range m.page.Forms {
		m.line("\n### %s", inline(f.Title))
		m.labelled(m.say("guide.menu"), inline(f.Menu))
		m.line("\n| %s | %s |\n| --- | --- |", inline(m.say("guide.field")), inline(m.say("guide.value")))
		for _, one := range f.Fields {
			v := cellCode(one.Value.Text)
			if one.Words {
				v = inline(one.Value.Text)
			}
			if one.Note != "" {
				v += " (" + inline(one.Note) + ")"
			}
			m.line("| %s | %s |", inline(one.Label), v)
		}
		m.paragraph(inline(f.Note))
	}
}

func (m *markdown) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	m.line("\n## %s\n", inline(m.say(heading)))
	for _, l := range lines {
		m.line("- %s", inline(l))
	}
}

func (m *markdown) sources() {
	m.line("\n## %s\n", inline(m.say("guide.sources")))
	for _, s := range m.page.Sources {
		m.line("- %s (%s)", inline(m.say("joined.colon", "of", s.What, "text", s.Where)), inline(m.say("guide.checked", "date", s.Checked)))
	}
}
