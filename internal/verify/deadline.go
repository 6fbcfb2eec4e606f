package verify

import (
	"net"
	"time"
)

// SetDeadline does nothing: the libraries' deadlines are not those of the check.
func (w *wire) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, as SetDeadline.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing, as SetDeadline.
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr is that of the TCP connection.
func (w *wire) LocalAddr() net.Addr { return w.raw.LocalAddr() }

// RemoteAddr is that of the TCP connection.
func (w *wire) RemoteAddr() net.Addr { return w.raw.RemoteAddr() }
