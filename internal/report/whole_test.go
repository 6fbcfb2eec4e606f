package report

import (
	"io"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

// writeAll is the whole life of a Stream.
func writeAll(w io.Writer, s Stream, boxes []finding.Mailbox, end Ending) error {
	if err := s.Begin(w); err != nil {
		return err
	}
	for _, box := range boxes {
		if err := s.Box(w, box); err != nil {
			return err
		}
	}
	return s.End(w, end)
}

// JSON is the life of the Stream of that format.
func JSON(w io.Writer, command, version string, boxes []finding.Mailbox, explain Explain, said *words.Words) error {
	run := Run{Options: Options{Explain: explain, Words: said}, Command: command, Version: version}
	return writeAll(w, NewStream("json", run), boxes, Ending{})
}

// JUnit is the life of the Stream of that format.
func JUnit(w io.Writer, command string, boxes []finding.Mailbox, explain Explain, said *words.Words, strict bool) error {
	run := Run{Options: Options{Explain: explain, Words: said}, Command: command, Strict: strict}
	return writeAll(w, NewStream("junit", run), boxes, Ending{})
}
