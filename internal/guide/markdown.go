package guide

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Markdown writes a document as GitHub reads it: numbered task lists, values in
// blocks of their own. The error is the writer's.
func Markdown(w io.Writer, d Document) error {
	m := markdown{page: d.page(), say: d.Words.Say}
	m.head()
	for _, s := range m.page.Steps {
		m.step(s)
	}
	m.forms()
	m.list("guide.before", m.page.Before)
	m.list("guide.remember", m.page.Remember)
	m.sources()
	text := m.String()
	for strings.Contains(text, "\n\n\n") { // no value holds an empty line
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	_, err := io.WriteString(w, text)
	return err
}

type markdown struct {
	strings.Builder
	page page
	say  func(id string, pairs ...any) string
}

func (m *markdown) line(format string, args ...any) {
	m.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (m *markdown) paragraph(text string) {
	if text != "" {
		m.line("\n%s", text)
	}
}

// labelled is a paragraph that begins with a label in bold.
func (m *markdown) labelled(label, text string) {
	if text != "" {
		m.paragraph("**" + inline(label) + "** " + text)
	}
}

func (m *markdown) heading(level int, anchor, text string) {
	m.line("\n%s <a id=\"%s\"></a>%s", strings.Repeat("#", level), anchor, text)
}

func (m *markdown) head() {
	m.line("# %s", inline(m.page.Title))
	m.paragraph(inline(m.page.Lead))
	m.line("")
	for _, f := range m.page.Facts {
		m.line("- %s", m.say("joined.colon", "of", inline(f.Label), "text", inline(f.Value)))
	}
	m.paragraph(inline(m.say("guide.command")))
	m.line("\n%s", strings.TrimSuffix(block("", "sh", m.page.Command), "\n"))
	m.line("\n- %s", inline(m.say("guide.legend-blank")))
	m.line("- %s", inline(m.say("guide.legend-if")))
	m.line("\n## %s\n", inline(m.say("guide.contents")))
	for _, s := range m.page.Steps {
		m.line("%d. [%s](#%s)", s.Number, inline(s.Title), s.ID)
	}
}

func (m *markdown) step(s step) {
	m.heading(2, s.ID, strconv.Itoa(s.Number)+". "+inline(s.Title))
	if s.If != "" {
		m.paragraph("**" + inline(s.If) + "**")
	}
	m.paragraph(inline(s.Why))
	if s.URL != "" {
		m.labelled(m.say("guide.page"), "<"+s.URL+">")
	}
	for _, c := range s.Choices {
		m.choices(c)
	}
	for _, g := range s.Groups {
		if g.If != "" {
			m.paragraph("**" + inline(g.If) + "**")
		}
		m.line("")
		for i, l := range g.Lines {
			m.instruction(g.First+i, l)
		}
	}
	tick := "[ ]"
	if s.Done {
		tick = "[x]"
	}
	m.line("\n- %s **%s** %s", tick, inline(m.say("guide.sees")), inline(s.Sees))
	if s.Checks != "" {
		m.labelled(m.say("guide.checks"), inline(s.Checks))
	}
	var more []string
	for _, text := range s.More {
		more = append(more, inline(text))
	}
	m.details(m.say("guide.more"), strings.Join(more, "\n\n"))
	m.pitfalls(s.Pitfalls)
	m.answers(s.Answers)
}

func (m *markdown) instruction(number int, l line) {
	head := strconv.Itoa(number) + ". "
	indent := strings.Repeat(" ", len(head))
	m.line("%s[ ] %s", head, inline(l.Text))
	if len(l.Values) > 0 {
		m.line("")
	}
	for _, v := range l.Values {
		m.WriteString(block(indent, "text", v.Text))
	}
	if l.Note != "" {
		m.line("\n%s> %s\n", indent, inline(l.Note))
	} else if len(l.Values) > 0 {
		m.line("")
	}
}

// details folds away what not everybody needs.
func (m *markdown) details(summary, text string) {
	if text != "" {
		m.line("\n<details><summary>%s</summary>\n\n%s\n\n</details>", inline(summary), text)
	}
}

func (m *markdown) pitfalls(list []pitfall) {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "- **%s**\n  - %s %s\n  - %s %s\n  - %s %s\n", inline(p.Error), inline(m.say("guide.cause")), inline(p.Cause),
			inline(m.say("guide.fix")), inlineWith(p.Fix, p.Command), inline(m.say("guide.explain")), code("gmailoauth explain "+p.Name))
	}
	m.details(m.say("guide.pitfalls"), strings.TrimSuffix(b.String(), "\n"))
}
