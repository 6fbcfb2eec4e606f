package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"

	"gmailoauth/internal/export"
)

// exportFormat tells another program of an account: the files on stdout or in
// output, what to do with them on stderr.
func (a *app) exportFormat(ctx context.Context, name, email string, one, output string, reveal bool) error {
	if err := oneOf(a.flags.format, "text", "json"); err != nil {
		return err
	}
	format, err := export.LoadFormat(name, a.words().Lang())
	if err != nil {
		return err
	}
	filled, err := a.fill(ctx, format, email, reveal)
	if err != nil {
		return err
	}
	if one != "" {
		if err := filled.Choose(one); err != nil {
			return err
		}
	}
	var content bytes.Buffer
	var written []string
	switch {
	case a.flags.format == "json":
		err = writeJSON(&content, a.exportJSON(filled, reveal))
	case output == "" || len(filled.Files) == 1 && !isFolder(output):
		err = filled.WriteFiles(&content)
	default:
		written, err = writeEach(filled, output)
	}
	if err == nil && output == "" {
		err = a.print(content.String())
	} else if err == nil && content.Len() > 0 {
		written, err = []string{output}, writePrivate(output, content.Bytes(), filled.Files[0])
	}
	if err != nil || a.flags.format == "json" {
		return err
	}
	o := export.Options{Words: a.words()}
	if a.term.ErrTTY {
		o.Width, o.Color = a.term.Width, a.term.Color
	}
	a.writeClean(a.term.Err.Write, func(b *bytes.Buffer) error { return filled.WriteNotes(b, o, written) })
	return nil
}

// fill fills a format for an account, with its secrets if they are to be revealed.
func (a *app) fill(ctx context.Context, format *export.Format, email string, reveal bool) (*export.Filled, error) {
	acct, secrets, err := a.account(ctx, email)
	if err != nil {
		return nil, err
	}
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	helper, err := a.helper()
	if err != nil {
		return nil, err
	}
	var show export.Secrets
	if reveal && format.Secret() {
		kept, err := secrets.Get(ctx, acct.Email)
		if err != nil {
			return nil, err
		}
		show = export.Secrets{ClientSecret: kept.ClientSecret, RefreshToken: kept.Token.Refresh}
	}
	return format.Fill(a.words(), acct, provider, helper, show)
}

// helper is how another program calls this one and finds the same accounts.
func (a *app) helper() (export.Helper, error) {
	h := export.Helper{Program: "gmailoauth"}
	if a.program != nil {
		h.Program = a.program()
	}
	if a.flags.store != "" {
		h.Flags = append(h.Flags, "--store", a.flags.store)
	}
	if a.flags.provider != "" {
		file, err := filepath.Abs(a.flags.provider)
		if err != nil {
			return h, err
		}
		h.Flags = append(h.Flags, "--provider", file)
	}
	return h, nil
}

// ownProgram is the absolute path by which others can call this program: the
// one on the search path if that is we, since it outlives an update.
func ownProgram() string {
	self, err := os.Executable()
	if err != nil {
		return "gmailoauth"
	}
	found, err := exec.LookPath("gmailoauth")
	if err != nil || !filepath.IsAbs(found) {
		return self
	}
	a, errA := os.Stat(found)
	b, errB := os.Stat(self)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return found
	}
	return self
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return os.IsPathSeparator(path[len(path)-1]) || err == nil && info.IsDir()
}

// writeEach writes every file into a folder, which is made if need be.
func writeEach(filled *export.Filled, folder string) (written []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, unwritable(folder, err)
	}
	for _, file := range filled.Files {
		to := filepath.Join(folder, file.Base())
		if err := writePrivate(to, []byte(file.Content), file); err != nil {
			return nil, err
		}
		written = append(written, to)
	}
	return written, nil
}

// writePrivate writes a file that only its owner can read, and run if the
// format is a program.
func writePrivate(to string, content []byte, file export.File) error {
	mode := os.FileMode(0o600)
	if file.Executable() {
		mode = 0o700
	}
	if err := maybe.WriteFile(to, content, mode); err != nil {
		return unwritable(to, err)
	}
	return nil
}

func unwritable(file string, err error) error {
	symptom := inputSymptom("unwritable-file", "file", file, "flag", "--output")
	symptom.Err = err
	return symptom
}
