package main

import (
	"fmt"
	"net"
	"net/url"

	"gmailoauth/internal/terminal"
)

// far says what to do when the browser is not on this machine.
func (c *consenting) far(redirectURI string) {
	env := terminal.Env(c.app.env)
	u, err := url.Parse(redirectURI)
	if err != nil {
		return
	}
	switch {
	case terminal.InCloudShell(env): // a container, too, and it may be reached by ssh
		c.tell("cloud.shell", "redirect_uri", redirectURI)
	case terminal.OverSSH(env):
		c.tell("consent.over_ssh", "command", forwarding(u, env), "redirect_uri", redirectURI)
	case terminal.InContainer(env):
		c.tell("consent.in_container", "redirect_uri", redirectURI)
	case terminal.OnWSL(env):
		c.tell("consent.on_wsl", "redirect_uri", redirectURI)
	}
}

// forwarding is the command that, run where the browser is, brings the redirect
// here: SSH_CONNECTION holds the address and port at which this machine was
// reached.
func forwarding(redirect *url.URL, env terminal.Env) string {
	port := redirect.Port()
	if port == "" {
		port = "80"
	}
	to := "127.0.0.1"
	if redirect.Hostname() == "::1" {
		to = "[::1]"
	}
	user, host, sshPort := env("USER"), "HOST", ""
	if user == "" {
		user = env("LOGNAME")
	}
	var client, clientPort, server, serverPort string
	if n, _ := fmt.Sscan(env("SSH_CONNECTION"), &client, &clientPort, &server, &serverPort); n == 4 && net.ParseIP(server) != nil {
		host = server
		if serverPort != "22" {
			sshPort = "-p " + serverPort + " "
		}
	}
	if user != "" {
		host = user + "@" + host
	}
	return fmt.Sprintf("ssh -L %s:%s:%s %s%s", port, to, port, sshPort, host)
}
