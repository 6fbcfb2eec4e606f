package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// cloudSymptom is a refusal of gcloud's, or of ours about it.
func cloudSymptom(code string, pairs ...string) *diagnosis.Symptom {
	return (&diagnosis.Symptom{Where: diagnosis.AtCloud, Code: code}).With(pairs...)
}

// gcloudPath finds gcloud on PATH; "" if it is not there.
func (a *app) gcloudPath() string {
	for _, folder := range filepath.SplitList(a.env("PATH")) {
		if !filepath.IsAbs(folder) {
			continue // never run what lies in the folder one happens to be in
		}
		if path, err := exec.LookPath(filepath.Join(folder, "gcloud")); err == nil {
			return path
		}
	}
	return ""
}

// gcloudWasUsed reports whether somebody may have signed in to gcloud: it takes a
// second to start, and is not to be started for nothing.
// Source: Google Cloud SDK 528.0.0, tried (seen 2026-11-21).
func (a *app) gcloudWasUsed() bool {
	folder := a.env("CLOUDSDK_CONFIG")
	if folder == "" {
		folder = filepath.Join(a.env("HOME"), ".config", "gcloud")
		if runtime.GOOS == "windows" {
			folder = filepath.Join(a.env("APPDATA"), "gcloud")
		}
	}
	_, err := os.Stat(filepath.Join(folder, "credentials.db"))
	return err == nil || terminal.InCloudShell(a.env)
}

// gcloudAccount is who is signed in to gcloud.
func (a *app) gcloudAccount(ctx context.Context) (string, error) {
	out, err := a.gcloud(ctx, "auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
	account, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
	if err == nil && account == "" {
		symptom := cloudSymptom("gcloud-not-signed-in")
		symptom.Text = "no account is active"
		return "", symptom
	}
	return account, err
}

// gcloudToken is an access token of who is signed in to gcloud.
func (a *app) gcloudToken(ctx context.Context) (secret.Text, error) {
	out, err := a.gcloud(ctx, "auth", "print-access-token")
	token := secret.New(strings.TrimSpace(out))
	a.hide.Hide(token)
	if err == nil && (token.IsZero() || strings.ContainsAny(token.Reveal(), " \t\r\n")) {
		return secret.Text{}, cloudSymptom("gcloud-failed")
	}
	return token, err
}

// gcloud runs a command of gcloud, which never asks, and gives its stdout, which
// is not told to anybody: it may be a token.
func (a *app) gcloud(ctx context.Context, args ...string) (string, error) {
	path := a.gcloudPath()
	if path == "" {
		return "", cloudSymptom("gcloud-missing")
	}
	limited, cancel := context.WithTimeout(ctx, a.flags.timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, path, args...)
	cmd.Env = append(terminal.WithoutSecrets(cmd.Environ()), "CLOUDSDK_CORE_DISABLE_PROMPTS=1")
	cmd.WaitDelay = time.Second // what it started may hold its streams
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	a.trace.step("gcloud " + strings.Join(args, " "))
	switch {
	case err == nil:
		return stdout.String(), nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		return "", cloudSymptom("gcloud-timed-out")
	}
	if text := strings.TrimSpace(stdout.String()); !strings.ContainsAny(text, " \t\r\n") {
		a.hide.Hide(secret.New(text)) // a token that it printed before it failed
	}
	symptom := cloudSymptom("gcloud-failed")
	symptom.Text = a.hide.Clean(gcloudWords(stderr.String(), err))
	return "", symptom
}

// gcloudWords is the line in which gcloud says what is wrong.
func gcloudWords(stderr string, err error) string {
	for line := range strings.Lines(stderr) {
		if words, ok := strings.CutPrefix(line, "ERROR: "); ok {
			if _, after, ok := strings.Cut(words, ") "); ok && strings.HasPrefix(words, "(gcloud.") {
				words = after
			}
			return strings.TrimSpace(words)
		}
	}
	if words := strings.TrimSpace(stderr); words != "" {
		return words
	}
	return err.Error()
}
