package main

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
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

// What make check-long asks for.
var (
	minutes     = flag.Int("minutes", 30, "how many simulated minutes TestAllDay takes")
	everyMoment = flag.Bool("every-moment", false, "send each signal at each moment in each format, in place of some, and take whole fleets and megabytes")
)

// A mailbox is proven every minute by a clock that runs ahead, with tokens that
// live for one. Each proof finds a dead token and renews it, four logins with the
// new one go well; token gives the one that was kept while it lives, and no
// longer. None fails, and nothing piles up. make check-long takes a whole day.
func TestAllDay(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: clock, Scenario: []string{"access-token-short"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	env := map[string]string{"HOME": t.TempDir(), "GMAILOAUTH_PROVIDER": s.ProviderFile()}
	run := func(args ...string) string {
		var out, told bytes.Buffer
		a := &app{term: &terminal.Terminal{In: strings.NewReader(""), Out: &out, Err: &told, Width: 80}, now: clock,
			lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, hide: new(secret.Redactor)}
		if code := a.run(t.Context(), args); code != 0 {
			t.Fatalf("%v after %v: exit %d\n%s%s", args, time.Duration(ahead.Load()), code, out.String(), told.String())
		}
		return out.String()
	}
	client := s.NewClient(account.Desktop, nil, "my-sandbox")
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "client.json"), s.ClientJSON(client), 0o600))
	must(t, os.WriteFile(filepath.Join(folder, "token"), []byte(s.Authorize(client, "office@example.com").Reveal()), 0o600))
	run("authorize", "office@example.com", "--client-file", filepath.Join(folder, "client.json"), "--refresh-token-file", filepath.Join(folder, "token"))
	lives := livesAt(t, s)
	tokens, logins, opened := map[string]bool{}, map[string]int{}, s.Connections().MailEver
	last := run("token", "--min-validity", "1s")
	var before weight
	for minute := range *minutes {
		ahead.Add(int64(41 * time.Second)) // with the 20 of the round before more than a token lives
		if minute > 0 && lives(last) {
			t.Fatalf("minute %d: the token of the last one lives still", minute)
		}
		for _, check := range readProofs(t, run("verify", "--protocol", "imap,smtp,pop3", "--format", "json")).Accounts[0].Checks {
			if check.Status == "pass" {
				logins[check.ID]++
			}
		}
		token := run("token", "--min-validity", "15s")
		ahead.Add(int64(20 * time.Second))
		if again := run("token", "--min-validity", "15s"); again != token || !lives(token) {
			t.Fatalf("minute %d: another token while the first still lives, or one that is dead", minute)
		}
		tokens[token], last = true, token
		if minute == 5 {
			before = weigh()
		}
	}
	if len(tokens) != *minutes {
		t.Errorf("%d tokens in %d minutes, want a new one in each", len(tokens), *minutes)
	}
	for id, each := range map[string]int{"token.refresh": 1, "imap.auth": 1, "imap.mailbox": 1, "smtp.auth": 2, "pop3.auth": 1, "pop3.mailbox": 1} {
		if logins[id] != each**minutes {
			t.Errorf("%s went well %d times in %d minutes, want %d in each", id, logins[id], *minutes, each)
		}
	}
	if got := s.Connections().MailEver - opened; got != 4**minutes {
		t.Errorf("%d mail connections in %d minutes, want 4 in each", got, *minutes)
	}
	after := weigh()
	if after.goroutines > before.goroutines+8 || after.files > before.files+8 || after.heap > before.heap+(32<<20) {
		t.Errorf("after %d minutes %+v, after 5 %+v: something piles up", *minutes, after, before)
	}
}

// livesAt asks the sandbox whether a token lives.
func livesAt(t *testing.T, s *sandbox.Sandbox) func(token string) bool {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: s.TLS(), DisableKeepAlives: true}}
	return func(token string) bool {
		t.Helper()
		reply, err := client.Get(s.Provider().TokeninfoEndpoint + "?access_token=" + strings.TrimSpace(token))
		must(t, err)
		_ = reply.Body.Close()
		return reply.StatusCode == http.StatusOK
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
