package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

var (
	//go:embed report.html
	pageHTML string
	//go:embed report.css
	pageCSS string
	//go:embed report.js
	pageJS string
)

// htmlStream writes one page that loads nothing and sends nothing: its policy
// allows its own style sheet and its own script alone. The totals, which are
// known last, stand first to the eye; the script, which also sorts and filters,
// puts them there for everybody.
type htmlStream struct {
	tally
	template *template.Template
}

// Begin writes the head of the page and of its table.
func (s *htmlStream) Begin(w io.Writer) error {
	say := s.run.Words.Say
	t, err := template.New("page").Funcs(template.FuncMap{
		"say":    func(id string) string { return say("proof." + id) },
		"parts":  func(address string) []string { return strings.SplitAfter(address, "@") }, // where a line may be broken
		"report": func(id string) string { return say("report." + id) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	s.template = t
	return t.ExecuteTemplate(w, "head", map[string]any{
		"Lang": s.run.Words.Lang(), "Version": s.run.Version, "When": s.run.Words.Moment(s.run.Now) + " " + s.run.Now.Format("MST"),
		"Style": template.CSS(pageCSS),
		"Policy": "default-src 'none'; style-src '" + sha(pageCSS) + "'; script-src '" + sha(pageJS) +
			"'; base-uri 'none'; form-action 'none'",
	})
}

// sha names a text in a content security policy.
func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// shownBox is a mailbox on the page.
type shownBox struct {
	shownStatus
	Rank                         int // what needs somebody comes first
	Account, What, Summary, Took string
	Milliseconds                 int64
	Problems                     []shownProblem
	Rows                         []shownRow
}

type shownStatus struct {
	Status     finding.Status
	Mark, Word string
}

type shownProblem struct {
	Error, Cause, More string
	Fix                []shownText
}

// shownText is a piece of a sentence: text, or an address that can be opened.
type shownText struct {
	Text string
	Link bool
}

type shownRow struct {
	shownStatus
	Label, Where, Text string
}

// Box writes a row.
func (s *htmlStream) Box(w io.Writer, box finding.Mailbox) error {
	is, _ := s.add(box)
	shown := shownBox{shownStatus: s.status(is), Rank: 3 - rank(is), Account: printable(box.Account)}
	var took time.Duration
	for _, f := range box.Findings {
		took += f.Duration
	}
	shown.Milliseconds, shown.Took = took.Milliseconds(), page{o: s.run.Options}.duration(took)
	told := map[string]bool{}
	for _, r := range rowsOf(box, s.run.Options) {
		where := strings.TrimSpace(r.endpoint + " " + r.mechanism)
		shown.Rows = append(shown.Rows, shownRow{s.status(r.status), r.label, where, r.text})
		if r.diagnosis != nil && !told[r.diagnosis.Name] {
			told[r.diagnosis.Name] = true
			shown.Problems = append(shown.Problems, problemOf(*r.diagnosis))
		}
	}
	shown.Summary = s.run.Words.Count("proof.lines", len(shown.Rows))
	shown.What = shown.Summary
	if len(shown.Problems) > 0 {
		shown.What = shown.Problems[0].Error
	}
	return s.template.ExecuteTemplate(w, "box", shown)
}

func (s *htmlStream) status(is finding.Status) shownStatus {
	return shownStatus{is, (&page{}).mark(is), s.run.Words.Say("proof.is-" + string(is))}
}

func problemOf(d diagnosis.Diagnosis) shownProblem {
	p := shownProblem{Error: printable(d.Error), Cause: printable(d.Cause), More: explainCommand(d)}
	fix := printable(d.Fix)
	if before, after, found := strings.Cut(fix, d.URL); found && d.URL != "" {
		p.Fix = []shownText{{Text: before}, {Text: d.URL, Link: true}, {Text: after}}
	} else {
		p.Fix = []shownText{{Text: fix}}
	}
	return p
}

// End writes the totals and the script.
func (s *htmlStream) End(w io.Writer, end Ending) error {
	s.cut(end)
	type count struct {
		shownStatus
		Count int
	}
	var counts []count
	for _, is := range statuses() {
		counts = append(counts, count{s.status(is), s.count(is)})
	}
	return s.template.ExecuteTemplate(w, "end", map[string]any{
		"Counted": s.counted(), "Counts": counts, "Elapsed": s.run.Words.Seconds(end.Elapsed, 2), "Cut": end.Cut, "Script": template.JS(pageJS),
	})
}
