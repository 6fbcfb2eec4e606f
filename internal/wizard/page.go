package wizard

import (
	"context"
	"slices"
	"strings"

	"gmailoauth/internal/playbook"
)

// page is what stands above a form: as much of a step's text as is on the
// screen together with the head and the form.
type page struct {
	text   string
	values []string // in it, to be copied
	fields []*field // of the form below it
}

// pages divides the text of a step. The last page has the questions below it,
// the others a line that goes on; questions that do not fit together have a page
// each. A choice tells the consequences of each answer
// beside it where there is room, else only those of the one under the cursor.
func (f *rich) pages(view playbook.View, fields []*field) []page {
	blocks := f.pen.blocks(view.Step)
	whole := page{}
	for _, b := range blocks {
		whole.text += b.text
		whole.values = append(whole.values, b.values...)
	}
	_, rows := f.pen.size()
	full, short := f.head(view, !view.Further), f.head(view, false)
	for _, try := range []struct {
		head   string
		beside bool
	}{{full, true}, {full, false}, {short, true}, {short, false}} {
		for _, field := range fields {
			field.beside = try.beside
		}
		if f.pen.height(try.head+whole.text)+f.height(view, fields) <= rows {
			return []page{{try.head + whole.text, whole.values, fields}}
		}
	}
	first, rest := fields, []*field(nil)
	if f.pen.height(short)+f.height(view, fields) > rows {
		first, rest = fields[:1], fields[1:]
	}
	sheets := divided(blocks, func(blocks []block, i int, last bool) bool {
		below := first
		if !last {
			below = []*field{f.onward(view, 1)}
		}
		return f.pen.height(laid(i, full, short, blocks).text)+f.height(view, below) <= rows
	})
	pages := make([]page, len(sheets))
	for i, sheet := range sheets {
		pages[i] = laid(i, full, short, sheet)
		next := 0
		if len(sheet) > 0 {
			next = sheet[0].number
		}
		if i > 0 {
			pages[i-1].fields = []*field{f.onward(view, next)}
		}
	}
	pages[len(pages)-1].fields = first
	for i := range rest {
		pages = append(pages, page{text: short, fields: rest[i : i+1]})
	}
	return pages
}

// divided puts blocks on sheets, each of which fits; the last one has to leave
// room for the questions.
func divided(blocks []block, fits func(sheet []block, i int, last bool) bool) [][]block {
	sheets := [][]block{nil}
	for _, b := range blocks {
		last := len(sheets) - 1
		if len(sheets[last]) > 0 && !fits(append(slices.Clone(sheets[last]), b), last, false) {
			sheets = append(sheets, nil)
			last++
		}
		sheets[last] = append(sheets[last], b)
	}
	last := len(sheets) - 1
	if fits(sheets[last], last, true) {
		return sheets
	}
	// The end goes to another sheet, and what is to be done last goes with it,
	// so that the question does not stand alone.
	n := len(sheets[last])
	for n > 0 && fits(sheets[last][n-1:], last+1, true) {
		n--
		if sheets[last][n].number > 0 {
			break
		}
	}
	end := sheets[last][n:]
	sheets[last] = sheets[last][:n]
	if n == 0 && len(end) > 0 {
		sheets = sheets[:last]
	}
	return append(sheets, end)
}

// laid is the page of some blocks; the first page has the full head.
func laid(i int, full, short string, blocks []block) page {
	p := page{text: full}
	if i > 0 || len(blocks) == 0 {
		p.text = short
	}
	for n, b := range blocks {
		if n == 0 {
			p.text += "\n" + strings.TrimPrefix(b.text, "\n")
		} else {
			p.text += b.text
		}
		p.values = append(p.values, b.values...)
	}
	return p
}

// height is how many rows a form takes, with the blank line above it and room
// for what may be said, a refused value's included.
func (f *rich) height(view playbook.View, fields []*field) int {
	s := newStage(context.Background(), f.Wizard, view, nil, fields) // only drawn
	s.form.Init()
	rows := f.pen.height(s.frame()) + 2
	if typing, _ := s.typing(); typing {
		rows += 2
	}
	return rows
}

// onward is the field of a page that is not the last one.
func (f *rich) onward(view playbook.View, next int) *field {
	label := f.Words.Say("wizard.onward")
	if next > 0 {
		label = f.Words.Say("wizard.onward-to", "next", next, "n", len(view.Step.Instructions))
	}
	return &field{person: true, w: f.Wizard, text: valueOnward, onward: label}
}
