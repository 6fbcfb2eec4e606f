//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyring

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

// hasSession reports whether a session bus can be found where the library looks
// for it. Without this look it would start a bus of its own, with no keyring on
// it, which outlives us.
// Source: godbus/dbus v5.2.2, conn.go and conn_other.go (seen 2026-11-21).
func hasSession(env func(string) (string, bool)) bool {
	if address, _ := env("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return true
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), name)); err == nil {
			return true
		}
	}
	return false
}

// busCode reads what the bus and the Secret Service say by name.
// Source: dbus-specification, standard error names; secret-service draft, errors.
func busCode(err error) string {
	said, ok := errors.AsType[dbus.Error](err)
	if !ok {
		if pointed, ok := errors.AsType[*dbus.Error](err); ok {
			said = *pointed
		}
	}
	switch name := said.Name; {
	case name == "org.freedesktop.DBus.Error.ServiceUnknown", name == "org.freedesktop.DBus.Error.NameHasNoOwner",
		strings.HasPrefix(name, "org.freedesktop.DBus.Error.Spawn."):
		return "keyring-no-service"
	case name == "org.freedesktop.Secret.Error.IsLocked":
		return "keyring-locked"
	case name == "org.freedesktop.DBus.Error.NoReply", name == "org.freedesktop.DBus.Error.TimedOut", name == "org.freedesktop.DBus.Error.Timeout":
		return "keyring-silent"
	case errors.Is(err, dbus.ErrClosed):
		return "keyring-no-session"
	}
	return ""
}
