//go:build !((dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd)

package keyring

// hasSession: macOS and Windows have a keyring for each user, always.
func hasSession(func(string) (string, bool)) bool { return true }

// busCode: there is no bus.
func busCode(error) string { return "" }
