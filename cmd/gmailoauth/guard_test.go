package main

import (
	"crypto/rand"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"gmailoauth/internal/sandbox/authserver"
)

// sentinel makes a secret that nobody knows by its looks, and that is spelled in
// another way in an address, in JSON and in HTML.
func sentinel(kind string) string {
	text := make([]byte, 33)
	_, _ = rand.Read(text) // never fails: crypto/rand
	letters := base64.RawURLEncoding.EncodeToString(text)
	if kind == authserver.Code {
		return "4/0" + letters // any other is refused as damaged
	}
	return letters[:20] + "/+~" + letters[20:32] + "&<" + letters[32:]
}

// more is what the commands of commands leave out: the whole walk, other
// helpers' files, sheets, and all of it once more without -v and --trace, under
// which less is learnt of what goes by.
func (w *watched) more() {
	w.t.Helper()
	walk := []string{"setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal", "--account", officeBox,
		"--client-file", w.file("client.json")}
	for _, told := range [][]string{nil, {"-v", "--trace", w.file("trace-walk")}} {
		if err := os.RemoveAll(w.file("home")); err != nil {
			w.t.Fatal(err)
		}
		with := func(args ...string) []string { return append(args, told...) }
		w.run(0, with(walk...)...) // consents, proves and writes the sheet
		w.run(0, "accounts", "show", officeBox, "--format", "json")
		for _, format := range []string{"text", "markdown", "json", "csv"} {
			w.run(0, "export", "generic-desktop", officeBox, "--format", format)
		}
		w.run(0, "plan", "--target", "generic-desktop", "--client-file", w.file("client.json"), "--format", "json")
		w.run(0, "guide", "--target", "generic-desktop", "--client-file", w.file("client.json"))

		w.echo.Store(true)
		w.run(4, with("authorize", officeBox, "--client-file", w.file("client.json"))...)
		w.run(4, with("verify", "--format", "junit")...)
		w.run(3, with("revoke", officeBox, "--yes")...)
		w.run(4, with("import", w.tokens())...)
		w.echo.Store(false)
		w.run(0, with("import", w.tokens())...)
		w.spoiled(with)
	}
}

// tokens writes a token file of another helper, among the files that hold
// secrets by their nature.
func (w *watched) tokens() string {
	return w.kept("tokens.json", `{"registration": "google", "email": "`+officeBox+`", "client_id": "`+w.client.ID+
		`", "client_secret": "`+w.client.Secret.Reveal()+`", "refresh_token": "`+w.refresh.Reveal()+`"}`)
}

func (w *watched) kept(name, text string) string {
	w.t.Helper()
	file := filepath.Join(w.dir, "secrets", name)
	if os.MkdirAll(filepath.Dir(file), 0o700) != nil || os.WriteFile(file, []byte(text), 0o600) != nil {
		w.t.Fatal("cannot write ", file)
	}
	return file
}

// spoiled gives token files that cannot be read to import.
func (w *watched) spoiled(with func(args ...string) []string) {
	w.t.Helper()
	data, err := os.ReadFile(w.tokens())
	if err != nil {
		w.t.Fatal(err)
	}
	text := string(data)
	for name, content := range map[string]string{
		"cut": text[:len(text)-9], "no-json": strings.TrimPrefix(text, "{"),
		"of-microsoft": strings.Replace(text, "google", "microsoft", 1), "two-words": strings.Replace(text, "/", " ", 1),
		"list": strings.Replace(text, `"refresh_token": "`, `"refresh_token": ["`, 1), "unknown": strings.ReplaceAll(text, "refresh_token", "token"),
	} {
		w.mistyped(with("import", w.kept(name, content))...)
	}
	w.misplaced(with("import", w.refresh.Reveal())...)
	w.mistyped(with("import", w.tokens(), "--account", w.refresh.Reveal())...)
}

// What a browser and gcloud are started with holds no secret: not their command
// lines, which everybody may read, and not what they inherit.
func TestChildrenAreToldNoSecret(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // scripts stand for the programs
	}
	w := newWatched(t, sentinel)
	w.learn("token for Google Cloud", w.box.CloudToken().Reveal())
	seen := filepath.Join(t.TempDir(), "seen")
	script := "#!/bin/sh\n{ echo \"$0 $@\"; env; } >>'" + seen + "'\n"
	folder := fakeGcloud(t, script+"cat '"+w.box.CloudTokenFile()+"'\n")
	if err := os.WriteFile(filepath.Join(folder, "a-browser"), []byte(script+"exec the-browser \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // a sheet is kept where one is
	for name, value := range map[string]string{
		"PATH": folder + string(os.PathListSeparator) + os.Getenv("PATH"), "GMAILOAUTH_CLIENT_ID": w.client.ID,
		"GMAILOAUTH_CLIENT_SECRET": w.client.Secret.Reveal(),
	} {
		t.Setenv(name, value)
	}
	w.browser = "a-browser"
	w.run(0, "setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal", "--account", officeBox, "--automation", "gcloud")
	told, err := os.ReadFile(seen)
	if err != nil || !strings.Contains(string(told), "a-browser http") || !strings.Contains(string(told), "gcloud auth print-access-token") {
		t.Fatalf("the children were not started: %v\n%s", err, told)
	}
	address := regexp.MustCompile(`https?://\S+state=\S+`) // the state in it is of use to the browser alone
	w.search("what children are told", address.ReplaceAllString(string(told), ""))
	if !strings.Contains(string(told), "\nGMAILOAUTH_CLIENT_ID=") {
		t.Error("the children inherit nothing: the test looks in the wrong place")
	}
}
