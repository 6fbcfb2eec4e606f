package verify

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// The beginning of a yes is no yes, although all that counts of it may be there.
func TestCutAnswersAreNone(t *testing.T) {
	cutAfter := func(words string) func(p *peer, tag, rest string) {
		return func(p *peer, tag, _ string) {
			p.raw(strings.ReplaceAll(words, "{tag}", tag))
			p.cut()
		}
	}
	for _, c := range []struct {
		protocol string
		fake     func(*peer)
		id       string
	}{
		{"imap", fakeIMAP(script{"AUTHENTICATE": cutAfter("{tag} OK authenticated")}), "imap.auth"},
		{"smtp", fakeSMTP(script{"AUTH": cutAfter("235 2.7.0 Accepted")}, true, nil), "smtp.auth"},
		{"smtp", fakeSMTP(script{"EHLO": cutAfter("250-x\r\n250 AUTH XOAUTH2")}, true, nil), "smtp.connect"},
		{"pop3", fakePOP3(script{"AUTH": cutAfter("+OK Welcome.")}), "pop3.auth"},
		{"pop3", fakePOP3(script{"STAT": cutAfter("+OK 3 10")}), "pop3.mailbox"},
	} {
		f := find(t, one(t, c.protocol, google.Implicit, c.fake, tokenOf(goodToken)), c.id)
		if f.Status != finding.Fail || f.Symptom == nil || f.Symptom.Code != "connection-cut" {
			t.Errorf("%s = %s, %v, want connection-cut", c.id, f.Status, f.Symptom)
		}
	}
}

// Ten megabytes in a line, or in lines without end, cost no more than what is
// read of them before the server is left.
func TestFloodsCostLittle(t *testing.T) {
	const most = 8 << 20 // of all that is allocated, by us, by the library and by the fake; half a megabyte is read
	long := []byte(strings.Repeat("x", 10<<20))
	flood := func(before string) func(p *peer, tag, rest string) {
		return func(p *peer, tag, _ string) {
			p.raw(strings.ReplaceAll(before, "{tag}", tag))
			_, _ = p.Write(long)
			p.hang()
		}
	}
	lines := func(line string) func(p *peer, tag, rest string) {
		many := []byte(strings.Repeat(line+"\r\n", (10<<20)/(len(line)+2)))
		return func(p *peer, _, _ string) { _, _ = p.Write(many); p.hang() }
	}
	smtp := func(s script) func(*peer) { return fakeSMTP(s, true, nil) }
	for name, c := range map[string]struct {
		protocol string
		fake     func(*peer)
	}{
		"IMAP greeting": {"imap", fakeIMAP(script{"greeting": flood("* OK ")})}, "IMAP verdict": {"imap", fakeIMAP(script{"AUTHENTICATE": flood("{tag} NO ")})},
		"IMAP challenge": {"imap", fakeIMAP(script{"AUTHENTICATE": flood("+ ")})}, "IMAP mailbox": {"imap", fakeIMAP(script{"EXAMINE": flood("* ")})},
		"IMAP babble": {"imap", fakeIMAP(script{"EXAMINE": lines("* OK still thinking of it")})}, "IMAP capabilities": {"imap", fakeIMAP(script{"CAPABILITY": lines("* CAPABILITY " + strings.Repeat("X ", 2000))})},
		"SMTP greeting": {"smtp", smtp(script{"greeting": flood("220 ")})}, "SMTP verdict": {"smtp", smtp(script{"AUTH": flood("535 ")})},
		"SMTP babble at EHLO": {"smtp", smtp(script{"EHLO": lines("250-PIPELINING")})}, "SMTP babble": {"smtp", smtp(script{"AUTH": lines("535-5.7.8 and one more")})},
		"SMTP challenge": {"smtp", smtp(script{"AUTH": flood("334 ")})},
		"POP3 greeting":  {"pop3", fakePOP3(script{"greeting": flood("+OK ")})}, "POP3 verdict": {"pop3", fakePOP3(script{"AUTH": flood("-ERR ")})},
		"POP3 challenge": {"pop3", fakePOP3(script{"AUTH": flood("+ ")})}, "POP3 mailbox": {"pop3", fakePOP3(script{"STAT": flood("+OK ")})},
		"POP3 challenges": {"pop3", fakePOP3(script{"AUTH": lines("+ eyJzdGF0dXMiOiI0MDAifQ==")})},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun := time.Now()
		got := one(t, c.protocol, google.Implicit, c.fake, tokenOf(goodToken))
		runtime.ReadMemStats(&after)
		if cost := after.TotalAlloc - before.TotalAlloc; cost > most {
			t.Errorf("%s: %d KiB were allocated, want %d at most", name, cost>>10, most>>10)
		}
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		failed := false
		for _, f := range got.Findings {
			failed = failed || f.Status == finding.Fail && strings.HasPrefix(f.ID, c.protocol+".")
		}
		if !failed {
			t.Errorf("%s: nothing failed", name)
		}
		t.Logf("%s: %d KiB in %v", name, (after.TotalAlloc-before.TotalAlloc)>>10, time.Since(begun).Round(time.Millisecond))
	}
}
