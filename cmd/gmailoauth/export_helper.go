package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"gmailoauth/internal/export"
)

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
		h.Flags, h.Provider = append(h.Flags, "--provider", file), file
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
