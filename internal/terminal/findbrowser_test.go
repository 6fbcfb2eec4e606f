package terminal

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// FindBrowser names the program that OpenBrowser would start, and starts none.
func TestFindBrowser(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // a shell script stands in for the browser
	}
	dir := t.TempDir()
	browser := filepath.Join(dir, "browser")
	if err := os.WriteFile(browser, []byte("#!/bin/sh\ntouch "+dir+"/started\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"BROWSER": "no-such-browser:" + browser + " --new-window"}
	got, err := FindBrowser(func(name string) string { return env[name] })
	if err != nil || got != browser {
		t.Errorf("FindBrowser = %q, %v, want %q", got, err, browser)
	}
	if _, err := os.Stat(dir + "/started"); err == nil {
		t.Error("FindBrowser starts the browser")
	}
	env["CLOUD_SHELL"] = "true"
	if _, err := FindBrowser(func(name string) string { return env[name] }); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("FindBrowser in Cloud Shell: %v, want ErrNoBrowser", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := FindBrowser(func(string) string { return "" }); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("FindBrowser without one: %v, want ErrNoBrowser", err)
	}
}
