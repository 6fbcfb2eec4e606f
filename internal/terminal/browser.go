package terminal

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// ErrNoBrowser says that no program was found that opens a page.
var ErrNoBrowser = errors.New("no browser found")

// OpenBrowser starts the admin's browser and does not wait for it: $BROWSER
// first, then what the system offers. What the browser prints is thrown away,
// since our stdout is an answer. The address is the caller's to print as well.
// ctx bounds nothing but the start.
func OpenBrowser(ctx context.Context, address string, env Env) error {
	if InCloudShell(env) {
		return ErrNoBrowser // one that starts there is seen by nobody
	}
	for _, candidate := range browsers(env) {
		path, err := exec.LookPath(candidate[0])
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(context.WithoutCancel(ctx), path, append(candidate[1:], address)...) // outlives ctx
		cmd.Env = WithoutSecrets(cmd.Environ())
		if err := cmd.Start(); err != nil {
			continue
		}
		go func() { _ = cmd.Wait() }()
		return ctx.Err()
	}
	return ErrNoBrowser
}

// WithoutSecrets gives an environment for a child: without the variables of
// ours whose value is a secret, which is none of its business.
func WithoutSecrets(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.HasPrefix(name, "GMAILOAUTH_") && slices.ContainsFunc([]string{"_SECRET", "_TOKEN", "_KEY", "_PASSPHRASE"}, func(kind string) bool {
			return strings.HasSuffix(name, kind)
		})
	})
}

func browsers(env Env) [][]string {
	var list [][]string
	for b := range strings.SplitSeq(env("BROWSER"), ":") {
		if fields := strings.Fields(b); len(fields) > 0 {
			list = append(list, fields)
		}
	}
	switch runtime.GOOS {
	case "darwin":
		return append(list, []string{"open"})
	case "windows":
		return append(list, []string{"rundll32", "url.dll,FileProtocolHandler"})
	}
	if OnWSL(env) {
		list = append(list, []string{"wslview"})
	}
	if env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" && !OnWSL(env) {
		return list // xdg-open would look for a text browser and draw over the wizard
	}
	return append(list, []string{"xdg-open"}, []string{"x-www-browser"}, []string{"www-browser"})
}

// OnWSL reports whether this is Linux inside Windows, where the browser runs
// outside and reaches our loopback only as Windows forwards it.
func OnWSL(env Env) bool { return env("WSL_DISTRO_NAME") != "" || env("WSL_INTEROP") != "" }

// OverSSH reports whether the browser is probably on another machine.
func OverSSH(env Env) bool { return env("SSH_CONNECTION") != "" || env("SSH_TTY") != "" }

// InCloudShell reports whether this is Google Cloud Shell: a machine of Google's
// in a page of the admin's browser, which does not reach its loopback.
// Source: docs.cloud.google.com/shell/docs/configuring-cloud-shell and its image (seen 2026-11-21).
func InCloudShell(env Env) bool { return env("CLOUD_SHELL") == "true" }

// InContainer reports whether this is probably a container: its loopback is not
// the browser's, and no ssh leads to it.
// Source: the files that Docker and Podman put there, systemd's container
// variable, Kubernetes' service variable (seen 2026-11-20).
func InContainer(env Env) bool {
	if env("container") != "" || env("KUBERNETES_SERVICE_HOST") != "" {
		return true
	}
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(mark); err == nil {
			return true
		}
	}
	return false
}
