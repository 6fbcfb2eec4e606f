package main

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/rollout"
)

// A plan of so many mailboxes is told with each of them; of more, a few of each
// action are.
const (
	tellAll = 20
	tellFew = 3
)

// tellPlan gives the plan as the answer.
func (r *rolling) tellPlan() error {
	if r.a.flags.format == "json" {
		return r.writeJSON(nil)
	}
	return r.a.print(r.a.hide.Clean(r.planText()))
}

// agreed shows the plan and asks whether to go on, unless there is nothing to ask.
func (r *rolling) agreed(ctx context.Context) (bool, error) {
	a := r.a
	ask := r.left() > 0 && !r.flags.yes
	can := a.interactive() && r.flags.file != "-"
	if a.flags.format == "text" || ask && !can {
		if err := r.tellPlan(); err != nil {
			return false, err
		}
	} else if ask {
		a.note(r.planText())
	}
	switch {
	case !ask:
		return true, nil
	case !can:
		return false, a.tellBeside(inputSymptom("missing-flag", "flags", "--yes"))
	}
	agreed, err := a.agree(ctx, "\n"+a.words().Say("apply.question"))
	if err != nil || agreed {
		return agreed, err
	}
	a.note(a.words().Say("accounts.kept"))
	if a.flags.format == "json" {
		return false, r.writeJSON(nil)
	}
	return false, nil
}

// planText is the plan for a person: what is to be done, with which mailboxes.
func (r *rolling) planText() string {
	var b strings.Builder
	w := r.a.words()
	b.WriteString(w.Count("apply.mailboxes", r.all, "file", r.flags.file))
	if len(r.rows) != r.all {
		b.WriteString(" " + w.Say("apply.share", "n", w.Number(len(r.rows)), "shard", r.share))
	}
	b.WriteString("\n")
	width, digits := 0, len(w.Number(len(r.rows)))
	for _, action := range rollout.Actions() {
		if r.count(action) > 0 {
			width = max(width, utf8.RuneCountInString(w.Say("apply."+string(action))))
		}
	}
	for _, action := range rollout.Actions() {
		n := r.count(action)
		if n == 0 {
			continue
		}
		label := w.Say("apply." + string(action))
		fmt.Fprintf(&b, "\n%s%s  %*s  %s\n", label, strings.Repeat(" ", width-utf8.RuneCountInString(label)), digits, w.Number(n), w.Say("apply."+string(action)+"-is"))
		r.rowsText(&b, action, n)
	}
	r.profilesText(&b)
	if n := len(r.others); n > 0 {
		b.WriteString("\n" + w.Count("apply.others", n) + "\n")
	}
	return b.String()
}

func (r *rolling) count(action rollout.Action) (n int) {
	for _, row := range r.rows {
		if row.Has(action) {
			n++
		}
	}
	return n
}
