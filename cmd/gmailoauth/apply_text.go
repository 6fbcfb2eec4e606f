package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/diagnosis"
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

// rowsText names the mailboxes of an action, or the first of them.
func (r *rolling) rowsText(b *strings.Builder, action rollout.Action, n int) {
	show := n
	if len(r.rows) > tellAll && n > tellFew && !r.a.flags.verbose {
		show = tellFew
	}
	width, told := 0, 0
	for _, row := range r.rows {
		if row.Has(action) && told < show {
			width, told = max(width, utf8.RuneCountInString(row.Account)), told+1
		}
	}
	told = 0
	for _, row := range r.rows {
		if !row.Has(action) || told == show {
			continue
		}
		told++
		detail := r.detail(action, row)
		if detail != "" {
			detail = strings.Repeat(" ", width-utf8.RuneCountInString(row.Account)) + "  " + detail
		}
		b.WriteString("  " + row.Account + detail + "\n")
	}
	if n > show {
		b.WriteString("  " + r.a.words().Count("apply.more", n-show) + "\n")
	}
}

// detail is what is worth knowing of one action of a mailbox.
func (r *rolling) detail(action rollout.Action, row rollout.Row) string {
	w := r.a.words()
	with := ""
	switch action {
	case rollout.Consent:
		with = filepath.Base(row.Access.Client)
	case rollout.Adopt:
		with = filepath.Base(row.Access.RefreshToken)
	case rollout.Delegate:
		with = row.ServiceAccount
	case rollout.Move:
		return cmp.Or(row.Before.Store, "file") + " → " + row.Store
	case rollout.Retarget:
		return orDash(row.Before.Target) + " → " + row.Target
	case rollout.Conflict:
		return r.difference(row.Differs)
	case rollout.Blocked:
		return r.a.explainClean(diagnosis.SymptomOf(row.Err)).Error
	}
	if row.Replaces {
		return w.Semicolon(with, r.difference(row.Differs))
	}
	return with
}

// difference tells what is kept, and what the file says in its place.
func (r *rolling) difference(d rollout.Difference) string {
	if d.Kept == "" {
		return d.Key
	}
	return r.a.words().Colon(d.Key, brief(d.Kept)+" → "+brief(d.Now))
}

// brief is an ID as far as people tell them apart.
func brief(id string) string {
	id, _, _ = strings.Cut(id, ".apps.")
	if runes := []rune(id); len(runes) > 24 {
		return string(runes[:23]) + "…"
	}
	return id
}

// profilesText says which mailboxes share the settings of an application that
// serve so many and no more.
func (r *rolling) profilesText(b *strings.Builder) {
	w := r.a.words()
	needed := map[string]int{}
	for _, p := range r.profiles {
		needed[p.Target]++
	}
	target := ""
	for _, p := range r.profiles {
		if needed[p.Target] < 2 {
			continue // one is what everybody has
		}
		if p.Target != target {
			target = p.Target
			b.WriteString("\n" + w.Count("apply.profiles", needed[target], "target", r.titleOf(target), "limit", w.Number(p.Limit)) + "\n")
		}
		fmt.Fprintf(b, "  %d  %s – %s (%s)  %s\n", p.Number, p.First, p.Last, w.Number(p.Mailboxes), profileClient(p))
	}
	for _, p := range rollout.Crowded(r.profiles) {
		b.WriteString("! " + w.Say("apply.crowded", "client", profileClient(p), "target", r.titleOf(p.Target)) + "\n")
	}
}

// profileClient is what the file of the fleet calls the client of a profile.
func profileClient(p rollout.Profile) string {
	if p.File != "" {
		return filepath.Base(p.File)
	}
	return orDash(brief(p.Client))
}

func (r *rolling) titleOf(target string) string {
	if t, err := r.a.target(target); err == nil {
		return t.Title
	}
	return target
}
