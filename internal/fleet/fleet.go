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
	Access    Access
}

// Shard is the share of one machine: the Index-th of Count, from 1. The zero
// Shard is all.
type Shard struct{ Index, Count int }

// Share gives what of a list is this machine's, in its order. Neighbours in the
// list go to different machines, so that the slow and the broken, which often
// stand together, are spread.
func Share[T any](s Shard, all []T) []T {
	if s.Count == 0 {
		return all
	}
	own := make([]T, 0, len(all)/s.Count+1)
	for i := s.Index - 1; i < len(all); i += s.Count {
		own = append(own, all[i])
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
