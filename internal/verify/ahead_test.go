package verify

import (
	"context"
	"crypto/tls"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// strangeIMAP and strangePOP3 do not greet as Gmail does.
func strangeIMAP(s script) func(*peer) {
	return fakeIMAP(with(s, "greeting", says("* OK ready")))
}

func strangePOP3(s script) func(*peer) {
	return fakePOP3(with(s, "greeting", says("+OK ready")))
}

func with(s script, at string, do func(p *peer, tag, rest string)) script {
	s = maps.Clone(s)
	if s == nil {
		s = script{}
	}
	s[at] = do
	return s
}

// strict refuses an initial response, as a server does that has not offered it.
func strict(p *peer, tag, rest string) {
	mechanism, _, inline := strings.Cut(rest, " ")
	if inline {
		p.say(tag + " BAD Invalid SASL argument.")
		return
	}
	p.authenticateIMAP(nil, tag, mechanism)
}

// What is sent ahead of the capabilities is held against them when they come:
// the answer is the same as that of a client which asked first.
func TestIMAPAhead(t *testing.T) {
	const bare = "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2"
	for name, c := range map[string]struct {
		say         script
		token, code string
	}{
		"as expected":        {nil, goodToken, ""},
		"a dead token":       {nil, badToken, "AUTHENTICATIONFAILED"},
		"no SASL-IR":         {script{"CAPABILITY": says(bare, "{tag} OK"), "AUTHENTICATE": strict}, goodToken, ""},
		"no SASL-IR, dead":   {script{"CAPABILITY": says(bare, "{tag} OK"), "AUTHENTICATE": strict}, badToken, "AUTHENTICATIONFAILED"},
		"it is taken anyway": {script{"CAPABILITY": says(bare, "{tag} OK")}, badToken, "AUTHENTICATIONFAILED"},
		"no such mechanism": {script{"CAPABILITY": says("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN", "{tag} OK"),
			"AUTHENTICATE": says("{tag} NO Unsupported")}, goodToken, "mechanism-not-offered"},
		"not offered, but taken": {script{"CAPABILITY": says("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN", "{tag} OK")}, goodToken, "mechanism-not-offered"},
		"out of order":           {outOfOrder(), goodToken, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := find(t, one(t, "imap", google.Implicit, fakeIMAP(c.say), tokenOf(c.token)), "imap.auth")
			code := ""
			if f.Symptom != nil {
				code = f.Symptom.Code
			}
			if code != c.code || (code == "") != (f.Status == finding.Pass) {
				t.Errorf("Run: imap.auth = %s %v, want code %q", f.Status, f.Symptom, c.code)
			}
		})
	}
}

// outOfOrder answers the login before the question that came before it.
func outOfOrder() script {
	asked := ""
	return script{
		"CAPABILITY": func(_ *peer, tag, _ string) { asked = tag },
		"AUTHENTICATE": func(p *peer, tag, rest string) {
			p.authenticateIMAP(nil, tag, rest)
			if asked != "" {
				p.say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2", asked+" OK Thats all she wrote!")
			}
		},
	}
}

// The token goes in the line of AUTH only where it fits and is taken.
func TestPOP3Inline(t *testing.T) {
	long := goodToken + strings.Repeat("x", inlineMost)
	for name, c := range map[string]struct {
		fake        func(script) func(*peer)
		inline, two func(p *peer, mechanism, token string)
		token       string
		heard       string // the commands, without what follows them
		code        string
	}{
		"in one line":         {fake: fakePOP3, token: goodToken, heard: "inline"},
		"a dead token":        {fake: fakePOP3, token: badToken, heard: "inline", code: "AUTH"},
		"a long token":        {fake: fakePOP3, token: long, heard: "two", code: "AUTH"},
		"not Gmail":           {fake: strangePOP3, token: goodToken, heard: "two"},
		"one line is refused": {fake: fakePOP3, token: goodToken, inline: sayPOP3("-ERR bad command"), heard: "inline two"},
		"one line is not looked at": {fake: fakePOP3, token: goodToken, heard: "inline",
			inline: func(p *peer, mechanism, _ string) { p.authPOP3(nil, mechanism) }},
		"refused with a reason": {fake: fakePOP3, token: goodToken, inline: sayPOP3("-ERR [SYS/PERM] POP access is disabled for your domain."),
			heard: "inline", code: "SYS/PERM"},
		"no such mechanism": {fake: fakePOP3, token: goodToken, inline: sayPOP3("-ERR what?"), two: sayPOP3("-ERR what?"),
			heard: "inline two", code: "mechanism-not-offered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var heard []string
			fake := c.fake(script{"AUTH": func(p *peer, _, rest string) {
				form, say := "two", c.two
				mechanism, token, inline := strings.Cut(rest, " ")
				if inline {
					form, say = "inline", c.inline
				}
				mu.Lock()
				heard = append(heard, form)
				mu.Unlock()
				if say != nil {
					say(p, mechanism, token)
					return
				}
				p.authPOP3(nil, rest)
			}})
			f := find(t, one(t, "pop3", google.Implicit, fake, tokenOf(c.token)), "pop3.auth")
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(heard, " "); got != c.heard {
				t.Errorf("heard %q, want %q", got, c.heard)
			}
			code := ""
			if f.Symptom != nil {
				code = f.Symptom.Code
			}
			if code != c.code || (code == "") != (f.Status == finding.Pass) {
				t.Errorf("Run: pop3.auth = %s %v, want code %q", f.Status, f.Symptom, c.code)
			}
		})
	}
}

func sayPOP3(line string) func(*peer, string, string) {
	return func(p *peer, _, _ string) { p.say(line) }
}

// Gmail ends a line of SMTP that holds a token of a thousand characters with
// "555 5.5.2 Syntax error, command line too long" (eclipse-ee4j/angus-mail#201):
// such a token follows the server's 334.
func TestSMTPLongToken(t *testing.T) {
	for _, c := range []struct {
		token string
		want  []string
	}{
		{goodToken, []string{"XOAUTH2 and more"}},
		{goodToken + strings.Repeat("x", 1024), []string{"XOAUTH2"}},
	} {
		var mu sync.Mutex
		var heard []string
		server := serve(t, google.Implicit, fakeSMTP(script{"AUTH": func(p *peer, _, rest string) {
			mechanism, _, inline := strings.Cut(rest, " ")
			mu.Lock()
			heard = append(heard, map[bool]string{true: mechanism + " and more", false: mechanism}[inline])
			mu.Unlock()
			p.authSMTP(nil, rest)
		}}, true, nil))
		f := find(t, Run(t.Context(), box(nil, []google.Server{server}, nil), tokenOf(c.token), time.Now), "smtp.auth")
		mu.Lock()
		if diff := cmp.Diff(c.want, heard); diff != "" {
			t.Errorf("AUTH of a token of %d (-want +got):\n%s", len(c.token), diff)
		}
		mu.Unlock()
		if c.token == goodToken && f.Status != finding.Pass {
			t.Errorf("Run: smtp.auth = %v, want pass", f.Symptom)
		}
		if c.token != goodToken && (f.Symptom == nil || f.Symptom.Code != "535 5.7.8" || f.Symptom.Challenge == nil) {
			t.Errorf("Run with another token: smtp.auth = %v, want 535 5.7.8 with its challenge", f.Symptom)
		}
	}
}

// A yes that was said before the question is none.
func TestSpokenOutOfTurn(t *testing.T) {
	for protocol, fake := range map[string]func(*peer){
		"smtp": fakeSMTP(script{"EHLO": func(p *peer, _, _ string) { p.raw("250-x\r\n250 AUTH XOAUTH2\r\n235 2.7.0 Accepted\r\n") }}, true, nil),
		"pop3": fakePOP3(script{"greeting": func(p *peer, _, _ string) { p.raw("+OK Gpop ready\r\n+OK Welcome.\r\n") }}),
	} {
		f := find(t, one(t, protocol, google.Implicit, fake, tokenOf(goodToken)), protocol+".auth")
		if f.Symptom == nil || f.Symptom.Code != "not-understood" || f.Symptom.Where != protocol {
			t.Errorf("Run: %s = %s %v, want not-understood", f.ID, f.Status, f.Symptom)
		}
	}
}

// A token that comes late is not waited for before the capabilities are asked.
func TestTokenLate(t *testing.T) {
	asked := make(chan struct{})
	var once sync.Once
	imap := serve(t, google.Implicit, fakeIMAP(script{"CAPABILITY": func(p *peer, tag, _ string) {
		once.Do(func() { close(asked) })
		p.say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2", tag+" OK")
	}}))
	tokens := tokenOf(goodToken)
	tokens.Token = func(ctx context.Context) (account.Token, bool, error) {
		select {
		case <-asked:
		case <-ctx.Done():
		}
		return account.Token{Access: secret.New(goodToken)}, true, ctx.Err()
	}
	allPass(t, Run(t.Context(), box(&imap, nil, nil), tokens, time.Now))
}

// The second connection to an endpoint takes up the TLS session of the first,
// and only of that endpoint; the certificate has been verified then.
func TestSessionsAreTakenUp(t *testing.T) {
	var mu sync.Mutex
	var resumed []bool
	note := script{"EXAMINE": func(p *peer, tag, _ string) {
		mu.Lock()
		resumed = append(resumed, p.Conn.(*tls.Conn).ConnectionState().DidResume)
		mu.Unlock()
		p.say("* 0 EXISTS", tag+" OK [READ-ONLY] INBOX selected. (Success)")
	}}
	first, second := serve(t, google.Implicit, fakeIMAP(note)), serve(t, google.Implicit, fakeIMAP(note))
	config := trusted().client.Clone()
	config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	for _, server := range []google.Server{first, first, second, first} {
		b := box(&server, nil, nil)
		b.TLS = config
		allPass(t, Run(t.Context(), b, tokenOf(goodToken), time.Now))
	}
	if diff := cmp.Diff([]bool{false, true, false, true}, resumed); diff != "" {
		t.Errorf("sessions taken up (-want +got):\n%s", diff)
	}
	b := box(&first, nil, nil)
	b.TLS = &tls.Config{ClientSessionCache: config.ClientSessionCache} // roots that do not know it
	if f := find(t, Run(t.Context(), b, tokenOf(goodToken), time.Now), "imap.connect"); f.Status != finding.Fail {
		t.Errorf("Run with other roots: imap.connect = %s, want fail", f.Status)
	}
}
