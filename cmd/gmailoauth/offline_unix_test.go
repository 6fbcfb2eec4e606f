//go:build unix

package main

import "syscall"

// hold takes a port of loopback without listening: whoever connects is refused.
func hold(port int) (release func()) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return func() {}
	}
	// Connections that were closed a moment ago do not count.
	_ = syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	_ = syscall.Bind(socket, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
	return func() { _ = syscall.Close(socket) }
}
