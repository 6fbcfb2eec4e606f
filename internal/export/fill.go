package export

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/words"
)

// File is one file of a filled format.
type File struct {
	Path    string // where the program looks for it; ~ is the home of the owner
	Mode    string // octal: "0600"
	Owner   string // user, service (who runs the program) or root
	Comment string // begins a line of comment
	Content string
}

// Filled is a format for one account.
type Filled struct {
	*Format
	Account string
	Files   []File
	Try     []string // commands that show that it works
	Notes   []string
	Hidden  bool // secrets were left out
}

// Fill fills the format for an account. Without secrets a reference to the
// command that reveals them stands in their place. What the provider does not
// offer, and a value that the format's syntax cannot write, are Symptoms at input.
func (f *Format) Fill(w *words.Words, acct account.Account, p google.Provider, helper Helper, secrets Secrets) (*Filled, error) {
	for need, there := range map[string]bool{needsIMAP: p.IMAP != nil, needsSMTP: len(p.SMTP) > 0, needsPOP3: p.POP3 != nil} {
		for _, n := range f.Needs {
			if n == need && !there {
				return nil, f.refuse("export-no-server", "protocol", strings.ToUpper(need), "provider", p.Name)
			}
		}
	}
	hidden := dots + " " + w.Say("export.secret", "target", f.Name, "account", acct.Email)
	filler := filler{format: f, blanks: f.blanks(acct, p, helper, secrets, hidden)}
	filled := &Filled{Format: f, Account: acct.Email, Hidden: f.Secret() && (secrets.ClientSecret.IsZero() || secrets.RefreshToken.IsZero())}
	for _, d := range f.files {
		text, err := fs.ReadFile(f.data, d.Template)
		if err != nil {
			return nil, fmt.Errorf("format %s: %w", f.Name, err)
		}
		file := File{Path: filler.fill(d.Path, d.Path), Mode: d.Mode, Owner: d.Owner, Comment: d.Comment, Content: filler.fill(d.Template, string(text))}
		if file.Comment == "" {
			file.Comment = "#"
		}
		filled.Files = append(filled.Files, file)
	}
	for _, command := range f.try {
		filled.Try = append(filled.Try, filler.fill("try", command))
	}
	for _, note := range f.Notes {
		filled.Notes = append(filled.Notes, filler.fillPlain(note))
	}
	return filled, filler.err
}

// filler fills template after template and keeps the first error.
type filler struct {
	format *Format
	blanks map[string]any
	err    error
}

func (f *filler) fill(name, text string) string {
	if f.err != nil {
		return ""
	}
	t, err := template.New(name).Delims("«", "»").Option("missingkey=error").Funcs(quoting()).Parse(text)
	if err != nil {
		f.err = fmt.Errorf("format %s: %w", f.format.Name, err)
		return ""
	}
	var b strings.Builder
	err = t.Execute(&b, f.blanks)
	if cannot, ok := errors.AsType[*unquotable](err); ok {
		f.err = f.format.refuse("export-unquotable", "key", cannot.name)
		return ""
	}
	if err == nil && strings.Contains(b.String(), unquoted) {
		err = errors.New("a value is not quoted")
	}
	if err != nil {
		f.err = fmt.Errorf("format %s: %s: %w", f.format.Name, name, err)
	}
	return b.String()
}

// fillPlain fills a sentence, in which nothing is syntax.
func (f *filler) fillPlain(sentence string) string {
	plain := map[string]string{}
	for name, value := range f.blanks {
		switch value := value.(type) {
		case Value:
			plain[name] = value.text
		case map[string]any:
			plain[name+"_host"], plain[name+"_port"] = value["host"].(Value).text, value["port"].(Value).text
		}
	}
	delete(plain, "client_secret")
	delete(plain, "refresh_token")
	return words.Fill(sentence, plain)
}

// Choose keeps the one file of that name. Another name is a Symptom at input.
func (f *Filled) Choose(name string) error {
	var names []string
	for _, file := range f.Files {
		if file.Base() == name {
			f.Files = []File{file}
			return nil
		}
		names = append(names, file.Base())
	}
	return f.refuse("export-no-such-file", "flag", "--file", "file", name, "wanted", strings.Join(names, ", "))
}

// Executable reports whether the file is a program.
func (f File) Executable() bool { return strings.HasPrefix(strings.TrimPrefix(f.Mode, "0"), "7") }
