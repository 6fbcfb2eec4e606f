package main

import (
	"net/url"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// offline ends the look-alike. Its ports are held, where the system lets us: in
// the next moment another test could listen there.
func (s *story) offline(ts *testscript.TestScript, _ []string) {
	p := s.box.Provider()
	ports := []int{p.IMAP.Port, p.POP3.Port}
	for _, server := range p.SMTP {
		ports = append(ports, server.Port)
	}
	endpoint, err := url.Parse(p.TokenEndpoint)
	ts.Check(err)
	port, err := strconv.Atoi(endpoint.Port())
	ts.Check(err)
	s.box.Close()
	for _, port := range append(ports, port) {
		ts.Defer(hold(port))
	}
}
