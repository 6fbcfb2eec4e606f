package e2e

import "testing"

func TestBoot(t *testing.T) {
	l := newLab(t)
	l.Introspection = "http://127.0.0.1:1/"
	l.CA = l.Dir + "/server.crt"
	l.startDovecot(t)
	l.startPostfix(t)
}
