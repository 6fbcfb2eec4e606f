package terminal

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/creack/pty"
)

func TestOpenOnATerminal(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close(); _ = tty.Close() }()
	if err := pty.Setsize(master, &pty.Winsize{Rows: 20, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		about       string
		env         map[string]string
		color, rich bool
	}{
		{"an ordinary terminal", nil, true, true},
		{"NO_COLOR", map[string]string{"NO_COLOR": "1"}, false, true},
		{"a dumb terminal", map[string]string{"TERM": "dumb"}, false, false},
		{"ACCESSIBLE", map[string]string{"ACCESSIBLE": "1"}, true, false},
	} {
		got := Open(tty, tty, tty, func(name string) string { return row.env[name] })
		if !got.InTTY || !got.OutTTY || !got.ErrTTY || got.Width != 40 || got.Height != 20 {
			t.Errorf("%s: Open = %+v, want a terminal of 40 by 20", row.about, got)
		}
		if got.Color != row.color || got.Rich != row.rich {
			t.Errorf("%s: color %v rich %v, want %v %v", row.about, got.Color, got.Rich, row.color, row.rich)
		}
	}
}

func TestOpenOnPipes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close(); _ = w.Close() }()
	got := Open(r, w, w, func(string) string { return "" })
	if got.InTTY || got.OutTTY || got.ErrTTY || got.Rich || got.Width != 80 {
		t.Errorf("Open = %+v, want no terminal, 80 columns", got)
	}
}

func TestOpenBrowserTakesBROWSERFirst(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // a shell script stands in for the browser
	}
	dir := t.TempDir()
	seen := filepath.Join(dir, "seen")
	browser := filepath.Join(dir, "browser")
	script := "#!/bin/sh\necho chatter\nprintf '%s' \"$*\" > " + seen + ".part && mv " + seen + ".part " + seen + "\n"
	if err := os.WriteFile(browser, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	env := func(name string) string {
		return map[string]string{"BROWSER": "no-such-browser:" + browser + " --new-window"}[name]
	}
	if err := OpenBrowser(t.Context(), "https://127.0.0.1:1/a?b=c&d", env); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		got, err := os.ReadFile(seen)
		if err == nil {
			if string(got) != "--new-window https://127.0.0.1:1/a?b=c&d" {
				t.Errorf("the browser was given %q", got)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the browser was not started within 10 s")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestOpenBrowserWithoutOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if err := OpenBrowser(t.Context(), "https://127.0.0.1/", func(string) string { return "" }); err == nil {
		t.Error("OpenBrowser gives no error on a machine without browser")
	}
}

func TestBrowsersOnlyWhereTheyCanBeSeen(t *testing.T) {
	if runtime.GOOS != "linux" {
		return
	}
	env := func(pairs ...string) Env {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	if got := browsers(env()); len(got) != 0 {
		t.Errorf("without display: %v, want none: xdg-open would draw a text browser over us", got)
	}
	if got := browsers(env("DISPLAY", ":0")); len(got) == 0 || got[0][0] != "xdg-open" {
		t.Errorf("with display: %v, want xdg-open first", got)
	}
	if got := browsers(env("WSL_DISTRO_NAME", "Debian")); len(got) == 0 || got[0][0] != "wslview" {
		t.Errorf("in WSL: %v, want wslview first", got)
	}
	if !OverSSH(env("SSH_CONNECTION", "1")) || OverSSH(env()) {
		t.Error("OverSSH: want SSH_CONNECTION to tell")
	}
}

func TestInContainer(t *testing.T) {
	for _, name := range []string{"container", "KUBERNETES_SERVICE_HOST"} {
		env := func(asked string) string {
			if asked == name {
				return "x"
			}
			return ""
		}
		if !InContainer(env) {
			t.Errorf("InContainer with %s set = false, want true", name)
		}
	}
}

func TestWithoutSecrets(t *testing.T) {
	environ := []string{"PATH=/bin", "GMAILOAUTH_CLIENT_SECRET=hush", "GMAILOAUTH_CLIENT_SECRET_FILE=/run/secret", "GMAILOAUTH_REFRESH_TOKEN=hush",
		"GMAILOAUTH_CLIENT_ID=x", "OTHER_TOKEN=theirs", "GMAILOAUTH_LANG=",
		"GMAILOAUTH_SERVICE_ACCOUNT_KEY={hush}", "GMAILOAUTH_AGE_PASSPHRASE=hush", "GMAILOAUTH_GCP_TOKEN=hush"}
	want := []string{"PATH=/bin", "GMAILOAUTH_CLIENT_SECRET_FILE=/run/secret", "GMAILOAUTH_CLIENT_ID=x", "OTHER_TOKEN=theirs", "GMAILOAUTH_LANG="}
	if got := WithoutSecrets(environ); !slices.Equal(got, want) {
		t.Errorf("WithoutSecrets = %q, want %q", got, want)
	}
}
