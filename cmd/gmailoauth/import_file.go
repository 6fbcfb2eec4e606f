package main

import (
	"os"
	"runtime"
	"strings"

	"gmailoauth/internal/adopt"
)

// readTokens reads a helper's file, and says if others can.
func (a *app) readTokens(path string, flags *clientFlags) ([]adopt.Found, error) {
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	data, err := a.readInput(flags, "import", path)
	if err != nil {
		return nil, err
	}
	found, err := adopt.Read(data, path, provider)
	for _, f := range found {
		a.hide.Hide(f.Client.Secret, f.Refresh)
	}
	if info, statErr := os.Stat(path); err == nil && path != "-" && statErr == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		(&consenting{app: a}).tell("import.readable", "file", path)
	}
	return found, err
}

// wanted are the accounts that are to be taken over: all, or the one of --account.
func wanted(found []adopt.Found, email, path string) ([]adopt.Found, error) {
	if email == "" {
		return found, nil
	}
	var names []string
	for _, f := range found {
		if f.Account == email || f.Account == "" && len(found) == 1 {
			f.Account = email
			return []adopt.Found{f}, nil
		}
		if f.Account != "" {
			names = append(names, f.Account)
		}
	}
	return nil, inputSymptom("import-other-account", "account", email, "got", strings.Join(names, ", "), "file", path)
}
