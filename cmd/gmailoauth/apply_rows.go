package main

import (
	"cmp"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/rollout"
)

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
