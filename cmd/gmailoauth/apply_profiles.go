package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"gmailoauth/internal/rollout"
)

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
