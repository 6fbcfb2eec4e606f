package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"gmailoauth/internal/playbook"
)

// An application's own page is looked at once, beside the check of the client;
// a script is held up no longer than this.
const (
	reachTimeout       = 5 * time.Second
	reachTimeoutScript = 2 * time.Second
	reachMost          = 3 // addresses
)

// reached asks each address of the application, all at once, whether anything
// answers there, and gives a line for each. It sends no cookie and follows no
// redirect. A walk through a look-alike stays on this machine: of others only
// loopback addresses are asked then, and in the sandbox none, where the
// application does not exist.
func (w *walking) reached(ctx context.Context, uris []string) []playbook.Note {
	if w.sandbox != nil {
		return nil
	}
	limit := reachTimeout
	if !w.app.interactive() {
		limit = reachTimeoutScript
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	uris = uris[:min(len(uris), reachMost)]
	statuses, unasked := make([]int, len(uris)), make([]bool, len(uris))
	var asked sync.WaitGroup
	for i, uri := range uris {
		if w.app.flags.provider != "" && !onLoopback(uri) {
			unasked[i] = true
			continue
		}
		asked.Go(func() { statuses[i] = w.app.statusOf(ctx, uri) })
	}
	asked.Wait()
	var notes []playbook.Note
	say := w.app.words().Say
	for i, uri := range uris {
		mark, id := playbook.Good, "reach-good"
		switch status := statuses[i]; {
		case unasked[i]:
			mark, id = playbook.Unsure, "reach-unasked"
			w.unsure(say("effects.reach"))
		case status == 0:
			mark, id = playbook.Unsure, "reach-unknown"
			w.unsure(say("effects.reach"))
		case status == http.StatusNotFound:
			mark, id = playbook.Heed, "reach-missing"
		case status >= http.StatusInternalServerError:
			mark, id = playbook.Heed, "reach-ill"
		}
		notes = append(notes, playbook.Note{Mark: mark, Label: say("effects.reach"),
			Text: say("effects."+id, "uri", uri, "status", strconv.Itoa(statuses[i]))})
	}
	return notes
}

// statusOf gives the status of one GET, 0 when nobody answers.
func (a *app) statusOf(ctx context.Context, uri string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, http.NoBody)
	if err != nil {
		return 0
	}
	client := a.web
	if client == nil {
		transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
		client = &http.Client{Transport: transport}
	}
	once := *client
	once.Jar = nil
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	reply, err := once.Do(req)
	if err != nil {
		return 0
	}
	_ = reply.Body.Close()
	return reply.StatusCode
}

func onLoopback(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
