package downloads

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// Folders lists where browsers of this machine download to. A folder in it need
// not exist. env gives environment variables; windows tells the system.
// Source: freedesktop.org/wiki/Software/xdg-user-dirs (user-dirs.dirs: lines of
// the form XDG_DOWNLOAD_DIR="$HOME/…" or an absolute path), seen 2026-11-21.
func Folders(env func(string) string, windows bool) []string {
	if windows {
		if profile := env("USERPROFILE"); profile != "" {
			return []string{filepath.Join(profile, "Downloads")}
		}
		return nil
	}
	home := env("HOME")
	if !filepath.IsAbs(home) {
		return nil
	}
	folder := filepath.Join(home, "Downloads")
	if named := userFolder(env, home); named != "" && named != home { // set to home, it is switched off
		folder = named
	}
	folders := []string{folder}
	if env("WSL_DISTRO_NAME") != "" { // the browser is Windows'
		if profile := windowsProfile(env); profile != "" {
			folders = append(folders, filepath.Join(profile, "Downloads"))
		}
	}
	return folders
}

// userFolder is XDG_DOWNLOAD_DIR of user-dirs.dirs, or "".
func userFolder(env func(string) string, home string) string {
	config := env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	file, err := os.Open(filepath.Join(config, "user-dirs.dirs"))
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "XDG_DOWNLOAD_DIR=")
		if !ok {
			continue
		}
		value = strings.Trim(value, `"`)
		if rest, ok := strings.CutPrefix(value, "$HOME"); ok {
			value = filepath.Join(home, rest)
		}
		if filepath.IsAbs(value) {
			return filepath.Clean(value)
		}
	}
	return ""
}

// windowsProfile is the Windows user's folder as Linux inside Windows sees it,
// as far as PATH tells: it names a folder below it.
func windowsProfile(env func(string) string) string {
	for _, dir := range filepath.SplitList(env("PATH")) {
		parts := strings.Split(filepath.ToSlash(dir), "/") // "", mnt, c, Users, somebody, …
		if len(parts) > 4 && parts[1] == "mnt" && strings.EqualFold(parts[3], "Users") {
			return strings.Join(parts[:5], "/")
		}
	}
	return ""
}
