package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"gmailoauth/internal/account"
)

// clouds is setup with a token for Google Cloud, all from flags.
func (o *workplace) clouds(args ...string) told {
	o.t.Helper()
	_, file := o.client(account.Desktop)
	all := []string{"setup", "--no-input", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
		"--account", o.who, "--client-file", file, "--timeout", "300ms"}
	if len(args) == 0 {
		args = []string{"--gcp-token-file", o.box.CloudTokenFile()}
	}
	return o.runs(append(all, args...)...)
}

// gcloud puts a gcloud of our own on PATH, and has setup use it. Where there is
// no shell there is none.
func gcloud(script string) produced {
	return func(o *workplace) told {
		if runtime.GOOS == "windows" {
			return told{cannot: "the gcloud of this test is a shell script"}
		}
		o.env["PATH"] = fakeGcloud(o.t, script)
		return o.clouds("--automation", "gcloud", "--timeout", "1s")
	}
}

func fakeGcloud(t *testing.T, script string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "gcloud"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

// cloudRows are what gcloud says, and what is given wrongly.
func cloudRows() map[string]produced {
	return map[string]produced{
		"gcloud-missing": func(o *workplace) told { return o.clouds("--automation", "gcloud") },
		"gcloud-not-signed-in": gcloud(`echo 'ERROR: (gcloud.auth.print-access-token) You do not currently have an active account selected.' >&2
exit 1
`),
		"gcloud-silent":      gcloud("exec sleep 20\n"),
		"gcloud-failed":      gcloud("echo 'gcloud failed to load' >&2\nexit 1\n"),
		"bad-project-parent": line("plan", "--organization", "example.com"),
		"bad-project-name": func(o *workplace) told {
			return o.clouds("--gcp-token-file", o.box.CloudTokenFile(), "--project-name", "CRM")
		},
		"cloud-service-not-enabled": func(o *workplace) told {
			o.use("cloud-enable-precondition")
			return o.clouds()
		},
	}
}
