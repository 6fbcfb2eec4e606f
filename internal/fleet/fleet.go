// Package fleet is many mailboxes: the file that names them, the share of one
// machine among several, and the working through them a few at a time. It knows
// nothing of what is done with a mailbox.
package fleet

import (
	"strconv"

	"gmailoauth/internal/diagnosis"
)

// Entry is one mailbox of a fleet. What is empty is as the account itself says.
type Entry struct {
	Account   string // as account.CheckEmail gives it
	Target    string
	Store     string
	Protocols []string // in lower case, of those that we prove
	Line      int      // where it stands in the file, from 1
}

// Shard is the share of one machine: the Index-th of Count, from 1. The zero
// Shard is all.
type Shard struct{ Index, Count int }

// Of gives the entries of this share, in their order. Neighbours in the file go
// to different machines, so that the slow and the broken, which often stand
// together, are spread.
func (s Shard) Of(entries []Entry) []Entry {
	if s.Count == 0 {
		return entries
	}
	own := make([]Entry, 0, len(entries)/s.Count+1)
	for i := s.Index - 1; i < len(entries); i += s.Count {
		own = append(own, entries[i])
	}
	return own
}

// String is I/N, or empty for all.
func (s Shard) String() string {
	if s.Count == 0 {
		return ""
	}
	return strconv.Itoa(s.Index) + "/" + strconv.Itoa(s.Count)
}

// wrong is a refusal of a line of a fleet's file.
func wrong(code, file string, line int, pairs ...string) *diagnosis.Symptom {
	return (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code}).
		With(append([]string{"file", file, "line", strconv.Itoa(line)}, pairs...)...)
}
