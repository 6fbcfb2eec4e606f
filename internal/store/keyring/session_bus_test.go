//go:build linux

package keyring

import (
	"fmt"
	"os"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestWordsOfTheBus(t *testing.T) {
	for name, want := range map[string]string{
		"org.freedesktop.DBus.Error.ServiceUnknown":     "keyring-no-service",
		"org.freedesktop.DBus.Error.Spawn.ChildExited":  "keyring-no-service",
		"org.freedesktop.Secret.Error.IsLocked":         "keyring-locked",
		"org.freedesktop.DBus.Error.NoReply":            "keyring-silent",
		"org.freedesktop.DBus.Error.AccessDenied":       "keyring-failed",
		"org.freedesktop.Secret.Error.NoSuchCollection": "keyring-failed",
	} {
		if got := codeOf(fmt.Errorf("get: %w", dbus.Error{Name: name})); got != want {
			t.Errorf("codeOf(%s) = %s, want %s", name, got, want)
		}
		if got := codeOf(&dbus.Error{Name: name}); got != want {
			t.Errorf("codeOf(&%s) = %s, want %s", name, got, want)
		}
	}
	if got := codeOf(dbus.ErrClosed); got != "keyring-no-session" {
		t.Errorf("codeOf(ErrClosed) = %s, want keyring-no-session", got)
	}
}

func TestNoSessionIsSeenBeforeOneIsStarted(t *testing.T) {
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/%s", os.Getuid(), name)); err == nil {
			t.Logf("this machine has a session: /run/user/%d/%s", os.Getuid(), name)
			return
		}
	}
	for _, address := range []string{"", "autolaunch:"} {
		if hasSession(func(string) (string, bool) { return address, address != "" }) {
			t.Errorf("hasSession with the address %q = true, want false", address)
		}
	}
	if !hasSession(func(string) (string, bool) { return "unix:path=/x", true }) {
		t.Error("hasSession with an address = false, want true")
	}
}
