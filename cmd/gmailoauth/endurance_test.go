package main

import (
	"bytes"
	"flag"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

var minutes = flag.Int("minutes", 30, "how many simulated minutes TestAllDay takes")

// A mailbox is proven every minute by a clock that runs ahead, with tokens that
// live for one: each proof renews, none fails, and nothing piles up. make
// check-long takes a whole day.
func TestAllDay(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: clock, Scenario: []string{"access-token-short"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := s.NewClient(account.Desktop, nil, "my-sandbox")
	env := map[string]string{
		"HOME": t.TempDir(), "GMAILOAUTH_PROVIDER": s.ProviderFile(), "GMAILOAUTH_ACCOUNT": "office@example.com",
		"GMAILOAUTH_CLIENT_ID": client.ID, "GMAILOAUTH_CLIENT_SECRET": client.Secret.Reveal(),
		"GMAILOAUTH_REFRESH_TOKEN": s.Authorize(client, "office@example.com").Reveal(),
	}
	run := func(args ...string) string {
		var out, told bytes.Buffer
		a := &app{term: &terminal.Terminal{In: strings.NewReader(""), Out: &out, Err: &told, Width: 80}, now: clock,
			lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, hide: new(secret.Redactor)}
		if code := a.run(t.Context(), args); code != 0 {
			t.Fatalf("%v after %v: exit %d\n%s%s", args, time.Duration(ahead.Load()), code, out.String(), told.String())
		}
		return out.String()
	}
	tokens := map[string]bool{}
	var before weight
	for minute := range *minutes {
		ahead.Add(int64(time.Minute + time.Second))
		run("verify", "--protocol", "imap,smtp,pop3", "--format", "json")
		tokens[run("token")] = true
		if minute == 5 {
			before = weigh()
		}
	}
	if len(tokens) != *minutes {
		t.Errorf("%d tokens in %d minutes, want a new one in each", len(tokens), *minutes)
	}
	after := weigh()
	if after.goroutines > before.goroutines+8 || after.files > before.files+8 || after.heap > before.heap+(32<<20) {
		t.Errorf("after %d minutes %+v, after 5 %+v: something piles up", *minutes, after, before)
	}
}

type weight struct {
	goroutines, files int
	heap              uint64
}

// weigh counts what is left when idle connections have had their turn.
func weigh() weight {
	var m runtime.MemStats
	w := weight{goroutines: runtime.NumGoroutine()}
	for range 50 { // connections end a moment after their command
		runtime.GC()
		w.goroutines = min(w.goroutines, runtime.NumGoroutine())
	}
	runtime.ReadMemStats(&m)
	w.heap = m.HeapInuse
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		w.files = len(open)
	}
	return w
}
