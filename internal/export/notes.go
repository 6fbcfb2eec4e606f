package export

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// WriteFiles writes the content of the files. Where there are several, a
// comment with its place stands before each.
func (f *Filled) WriteFiles(w io.Writer) error {
	var b strings.Builder
	for i, file := range f.Files {
		if len(f.Files) > 1 {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s %s\n", file.Comment, file.Path)
		}
		b.WriteString(file.Content)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Base is the name of the file without its folder.
func (f File) Base() string { return path.Base(f.Path) }

// WriteNotes tells where the files go and what to do with them. written are the
// files that were written on this machine, in the order of f.Files, if they were.
func (f *Filled) WriteNotes(w io.Writer, o Options, written []string) error {
	var b strings.Builder
	say := func(id string, pairs ...any) string { return o.Words.Say("formats."+id, pairs...) }
	for i, file := range f.Files {
		facts := []any{"path", file.Path, "mode", file.Mode, "owner", say("owner-" + file.Owner)}
		if i < len(written) {
			b.WriteString(wrap(say("written", "file", written[i]), o.Width, "", ""))
			b.WriteString(wrap(say("place", facts...), o.Width, "", ""))
		} else {
			b.WriteString(wrap(say("save", facts...), o.Width, "", ""))
		}
	}
	if f.Hidden {
		b.WriteString(wrap(say("hidden", "command", "gmailoauth export "+f.Name+" "+shellQuoted(f.Account)+" --reveal --output FILE"), o.Width, "", ""))
	}
	if len(f.Try) > 0 {
		fmt.Fprintf(&b, "\n%s\n  %s\n", bold(o, say("try")), strings.Join(f.Try, "\n  "))
	}
	if len(f.Notes) > 0 {
		fmt.Fprintf(&b, "\n%s\n", bold(o, say("notes")))
		for _, note := range f.Notes {
			b.WriteString(wrap(note, o.Width, "  - ", "    "))
		}
	}
	b.WriteString("\n" + wrap(f.Vouched(o), o.Width, "", ""))
	for _, s := range f.Sources {
		b.WriteString(wrap(say("source", "what", s.What, "where", s.Where, "date", s.Checked), o.Width, "", ""))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Vouched says in a sentence whether we have seen the format work.
func (f *Format) Vouched(o Options) string {
	if f.Verified == nil {
		return o.Words.Say("formats.untried")
	}
	return o.Words.Say("formats."+f.Verified.How, "with", f.Verified.With, "date", f.Verified.Checked)
}
