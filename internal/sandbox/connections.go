package sandbox

import (
	"net"
	"net/http"
	"sync"
)

// Connections are how many connections clients have open, and how many they have
// opened since the start: to the mail servers, and to the others.
type Connections struct{ Mail, MailEver, Web, WebEver int }

// Connections counts the clients. A mail connection counts until the server's own
// end of it is closed, too.
func (s *Sandbox) Connections() Connections {
	var c Connections
	c.Mail, c.MailEver = s.mail.Connections()
	c.Web, c.WebEver = s.web.count()
	return c
}

// connections are those of the servers that speak HTTP.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
	ever int
}

// note is told by net/http what becomes of a connection.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		if c.open == nil {
			c.open = map[net.Conn]bool{}
		}
		c.open[conn] = true
		c.ever++
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
}

func (c *connections) count() (open, ever int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open), c.ever
}
