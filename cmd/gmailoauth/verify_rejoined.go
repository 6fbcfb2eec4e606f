package main

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gmailoauth/internal/finding"
)

// rejoined is a proof in which these protocols (empty: all) were tried again.
// What was tried again says how often.
func rejoined(before, again finding.Mailbox, protocols []string, tries int) finding.Mailbox {
	found := finding.Mailbox{Account: before.Account}
	for _, f := range again.Findings {
		f.Facts = maps.Clone(f.Facts)
		if f.Facts == nil {
			f.Facts = map[string]string{}
		}
		f.Facts["tries"] = strconv.Itoa(tries)
		found.Findings = append(found.Findings, f)
	}
	if len(protocols) == 0 {
		return found
	}
	for _, f := range before.Findings {
		if protocol, _, _ := strings.Cut(f.ID, "."); protocol != "token" && !slices.Contains(protocols, protocol) {
			found.Findings = append(found.Findings, f)
		}
	}
	order := map[string]int{"token": 0, "imap": 1, "smtp": 2, "pop3": 3}
	place := func(f finding.Finding) int { protocol, _, _ := strings.Cut(f.ID, "."); return order[protocol] }
	slices.SortStableFunc(found.Findings, func(a, b finding.Finding) int { return cmp.Compare(place(a), place(b)) })
	return found
}
