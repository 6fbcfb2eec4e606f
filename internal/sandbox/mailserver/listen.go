package mailserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"gmailoauth/internal/diagnosis"
)

// listen opens a door, on loopback only.
func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: not loopback", address) // the sandbox asks for no such one
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &diagnosis.Symptom{
			Where: diagnosis.AtInput, Code: "port-unavailable",
			Text:  err.Error(),
			Facts: map[string]string{"host": host, "port": port},
		}
	}
	return ln, nil
}

func (s *Servers) accept(ln net.Listener, serve func(*net.TCPConn) error) {
	for {
		conn, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of file descriptors, say: what is open may end
			if s.pause(10*time.Millisecond) != nil {
				return
			}
			continue
		}
		if !s.enter(conn) {
			return
		}
		s.tasks.Go(func() {
			defer s.leave(conn)
			_ = serve(conn.(*net.TCPConn)) // how a session ends concerns its client alone
		})
	}
}

func (s *Servers) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		_ = conn.Close()
		return false
	}
	s.conns[conn] = struct{}{}
	s.ever++
	return true
}

// Connections gives how many connections are open, and how many there have been.
// One is open until the server has closed it, too.
func (s *Servers) Connections() (open, ever int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns), s.ever
}

func (s *Servers) leave(conn net.Conn) {
	_ = conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// pause waits, but no longer than until Close.
func (s *Servers) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}
