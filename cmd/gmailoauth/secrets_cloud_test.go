package main

import (
	"os"
	"runtime"
	"slices"
)

// cloud has Google Cloud and gcloud repeat the token, and looks for it.
func (w *watched) cloud() {
	w.t.Helper()
	w.t.Chdir(w.t.TempDir()) // a sheet is kept where one is
	token := w.box.CloudToken().Reveal()
	w.learn("token for Google Cloud", token)
	args := []string{"setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal", "--account", officeBox,
		"--client-file", w.file("client.json"), "-v"}
	with := func(more ...string) []string { return append(slices.Clip(args), more...) }
	file := w.box.CloudTokenFile()
	w.use("cloud-echo")
	w.run(3, with("--gcp-token-file", file, "--trace", w.file("trace-cloud"))...)
	w.use("cloud-terms-not-accepted")
	w.run(4, with("--gcp-token-file", file, "--trace", w.file("trace-terms"))...)
	w.use()
	w.run(0, append([]string{"setup", "--dry-run"}, with("--gcp-token-file", file)[1:]...)...)
	w.mistyped("plan", "--automation", token)
	w.misplaced("plan", "--gcp-token-file", token)
	w.mistyped("plan", "--organization", token)
	if runtime.GOOS == "windows" {
		return
	}
	folder := fakeGcloud(w.t, "cat '"+file+"'\ncat '"+file+"' >&2\n[ -e '"+w.file("gcloud-fails")+"' ] && exit 1\nexit 0\n")
	w.t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	w.run(0, with("--automation", "gcloud", "--gcp-token-file", file, "--trace", w.file("trace-gcloud"))...)
	if err := os.WriteFile(w.file("gcloud-fails"), nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.run(3, with("--automation", "gcloud", "--trace", w.file("trace-gcloud-fails"))...)
}
