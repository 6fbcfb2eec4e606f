package main

import (
	"path/filepath"
	"runtime"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
)

// ownFolders follows the XDG base directory specification, on every system but
// Windows, where all three are in LOCALAPPDATA. A relative XDG path is ignored,
// as the specification asks. Without a home there is an error, never a folder
// below the root.
// Source: specifications.freedesktop.org/basedir-spec (seen 2026-11-20).
func ownFolders(env terminal.Env) (store.Paths, error) {
	if runtime.GOOS == "windows" && env("LOCALAPPDATA") != "" {
		root := filepath.Join(env("LOCALAPPDATA"), "gmailoauth")
		return store.Paths{Config: filepath.Join(root, "config"), Data: filepath.Join(root, "data"), State: filepath.Join(root, "state")}, nil
	}
	var missing bool
	folder := func(variable string, below ...string) string {
		if dir := env(variable); filepath.IsAbs(dir) {
			return filepath.Join(dir, "gmailoauth")
		}
		home := env("HOME")
		if !filepath.IsAbs(home) {
			missing = true
			return ""
		}
		return filepath.Join(append(append([]string{home}, below...), "gmailoauth")...)
	}
	paths := store.Paths{
		Config: folder("XDG_CONFIG_HOME", ".config"),
		Data:   folder("XDG_DATA_HOME", ".local", "share"),
		State:  folder("XDG_STATE_HOME", ".local", "state"),
	}
	if dir := env("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		paths.Runtime = filepath.Join(dir, "gmailoauth")
	}
	if missing {
		return store.Paths{}, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-home"}
	}
	return paths, nil
}
