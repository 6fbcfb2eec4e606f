package mailserver

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// approach is the good day's dialogue up to a point, at which the client's last
// words are said and not yet answered; at TLS and greeting points it is empty.
var approach = map[string]struct {
	server   func(*world) google.Server
	dialogue string
}{
	scenario.IMAPGreeting:   {imapServer, ""},
	scenario.IMAPCapability: {imapServer, "S: * OK…\nC: 1 CAPABILITY"},
	scenario.IMAPAuth:       {imapServer, "S: * OK…\nC: 1 AUTHENTICATE XOAUTH2 {good}"},
	scenario.IMAPExamine:    {imapServer, "S: * OK…\nC: 0 AUTHENTICATE XOAUTH2 {good}\nS: * CAP…\nS: 0 OK…\nC: 1 EXAMINE INBOX"},
	scenario.SMTPGreeting:   {smtpServer, ""},
	scenario.SMTPEHLO:       {smtpServer, "S: 220 …\nC: EHLO me"},
	scenario.SMTPSTARTTLS:   {submissionServer, "S: 220 …\nC: STARTTLS"},
	scenario.SMTPAuth:       {smtpServer, "S: 220 …\nC: HELO me\nS: 250 …\nC: AUTH XOAUTH2 {good}"},
	scenario.SMTPMail: {smtpServer, "S: 220 …\nC: HELO me\nS: 250 …\nC: AUTH XOAUTH2 {good}\nS: 235 …\n" +
		"C: MAIL FROM:<office@example.com>"},
	scenario.SMTPData: {smtpServer, "S: 220 …\nC: HELO me\nS: 250 …\nC: AUTH XOAUTH2 {good}\nS: 235 …\n" +
		"C: MAIL FROM:<office@example.com>\nS: 250 …\nC: RCPT TO:<a@example.com>\nS: 250 …\nC: DATA"},
	scenario.POP3Greeting: {pop3Server, ""},
	scenario.POP3CAPA:     {pop3Server, "S: +OK…\nC: CAPA"},
	scenario.POP3Auth:     {pop3Server, "S: +OK…\nC: AUTH XOAUTH2 {good}"},
	scenario.POP3Stat:     {pop3Server, "S: +OK…\nC: AUTH XOAUTH2 {good}\nS: +OK…\nC: STAT"},
}

func imapServer(w *world) google.Server       { return w.IMAP }
func smtpServer(w *world) google.Server       { return w.SMTP }
func submissionServer(w *world) google.Server { return w.Submission }
func pop3Server(w *world) google.Server       { return w.POP3 }

// tlsPoints are where the handshake stands, with the servers whose it is.
var tlsPoints = map[string]func(*world) google.Server{
	scenario.IMAPTLS: imapServer, scenario.SMTPTLS: smtpServer, scenario.POP3TLS: pop3Server,
}

// reach goes to a point; what comes next is the answer there.
func (w *world) reach(t *testing.T, point string) *line {
	t.Helper()
	a := approach[point]
	l := w.dial(t, a.server(w))
	if a.dialogue != "" {
		l.talk(filled(a.dialogue))
	}
	return l
}

// Every line of every scenario is spoken at its point, and what is to happen then happens.
func TestEveryScenarioIsSpoken(t *testing.T) {
	all, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := start(t)
	sent := filled("{good}")
	said := strings.NewReplacer("{sent}", sent, "{clear}", strings.ReplaceAll(decoded(sent), "\x01", " "))
	spoken := 0
	for _, s := range all {
		for _, e := range s.Effects {
			if _, mail := approach[e.At]; !mail || len(e.Lines) == 0 {
				continue
			}
			spoken++
			t.Run(s.Name+" at "+e.At, func(t *testing.T) {
				w.scenarios.Use(s)
				defer w.scenarios.Use()
				l := w.reach(t, e.At)
				if e.Challenge != "" {
					code, text, _ := strings.Cut(l.hear(), " ")
					want := said.Replace(strings.ReplaceAll(e.Challenge, "{scope}", google.MailScope()))
					if got, err := base64.StdEncoding.DecodeString(text); err != nil || string(got) != want || code != "+" && code != "334" {
						t.Errorf("the challenge is %s %q, %v; want %q", code, got, err, want)
					}
					l.say("")
				}
				for _, text := range e.Lines {
					want := strings.NewReplacer("{tag}", "1", "{id}", "№").Replace(said.Replace(text))
					if got := l.hear(); !matches(want, got) {
						t.Fatalf("heard %q, want %q", got, want)
					}
				}
				if e.Close {
					l.ended()
				}
			})
		}
	}
	if spoken < 60 {
		t.Errorf("%d effects with lines were looked at, want at least 60", spoken)
	}
}

// The ways in which an answer can come badly, at every point of every protocol.
func TestEveryPointCanGoWrong(t *testing.T) {
	w := start(t)
	for point := range approach {
		w.scenarios.Use()
		l := w.reach(t, point)
		usual := l.hear()
		_ = l.conn.Close()

		t.Run(point, func(t *testing.T) {
			set := func(e scenario.Effect) *line {
				e.At = point
				w.scenarios.Use(scenario.Scenario{Name: "test", Effects: []scenario.Effect{e}})
				l := w.reach(t, point)
				return l
			}
			same := func(got string) bool { // but for the session's identifier and its length
				return len(got) > 2 && len(usual) > 2 && got[:3] == usual[:3]
			}

			set(scenario.Effect{Close: true}).ended()

			if text, err := io.ReadAll(set(scenario.Effect{Cut: 3}).r); len(text) != 3 || string(text) != usual[:3] {
				t.Errorf("cut after 3: read %q, %v; want %q", text, err, usual[:3])
			}

			begin := time.Now()
			if got := set(scenario.Effect{Delay: 30 * time.Millisecond}).hear(); !same(got) {
				t.Errorf("delayed: heard %q, want %q", got, usual)
			}
			if took := time.Since(begin); took < 30*time.Millisecond {
				t.Errorf("a delay of 30ms took %v", took)
			}

			if got := set(scenario.Effect{Drip: 10 * time.Microsecond}).hear(); !same(got) {
				t.Errorf("dripping: heard %q, want %q", got, usual)
			}

			l := set(scenario.Effect{Flood: 1 << 17, Close: true})
			if text, _ := io.ReadAll(l.r); len(text) != 1<<17 || bytes.ContainsRune(text, '\n') {
				t.Errorf("flood: read %d bytes, want %d without an end of line", len(text), 1<<17)
			}

			for name, e := range map[string]scenario.Effect{"hang": {Hang: true}, "flood": {Flood: 1000}} {
				l := set(e)
				if e.Flood > 0 {
					_, _ = io.ReadFull(l.r, make([]byte, e.Flood))
				}
				_ = l.conn.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
				if text, err := l.r.ReadByte(); !isTimeout(err) {
					t.Errorf("%s: read %q, %v; want silence on an open connection", name, text, err)
				}
			}
		})
	}
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

func TestTLSGoesWrong(t *testing.T) {
	w := start(t)
	for point, server := range tlsPoints {
		t.Run(point, func(t *testing.T) {
			set := func(e scenario.Effect) net.Conn {
				e.At = point
				w.scenarios.Use(scenario.Scenario{Name: "test", Effects: []scenario.Effect{e}})
				return w.dialRaw(t, server(w))
			}
			handshake := func(e scenario.Effect) error { return tls.Client(set(e), w.client).Handshake() }

			if _, ok := errors.AsType[x509.CertificateInvalidError](handshake(scenario.Effect{Certificate: "expired"})); !ok {
				t.Error("expired: the handshake does not say so")
			}
			if _, ok := errors.AsType[x509.HostnameError](handshake(scenario.Effect{Certificate: "wrong-name"})); !ok {
				t.Error("wrong-name: the handshake does not say so")
			}
			if _, ok := errors.AsType[x509.UnknownAuthorityError](handshake(scenario.Effect{Certificate: "unknown-ca"})); !ok {
				t.Error("unknown-ca: the handshake does not say so")
			}
			if err := handshake(scenario.Effect{Certificate: "old"}); err == nil || !strings.Contains(err.Error(), "protocol version") {
				t.Errorf("old: Handshake() = %v, want one about the protocol version", err)
			}
			old := w.client.Clone()
			old.MinVersion = tls.VersionTLS10
			if err := tls.Client(set(scenario.Effect{Certificate: "old"}), old).Handshake(); err != nil {
				t.Errorf("old: Handshake(from TLS 1.0) = %v", err)
			}
			if err := handshake(scenario.Effect{Certificate: "unheard-of"}); err == nil {
				t.Error("a certificate that cannot be made: Handshake() = nil")
			}
			if _, ok := errors.AsType[tls.RecordHeaderError](handshake(scenario.Effect{Certificate: "none"})); !ok {
				t.Error("none: the handshake meets something else than plain text")
			}
			plain := set(scenario.Effect{Certificate: "none"})
			if text, err := bufio.NewReader(plain).ReadString('\n'); err != nil || !strings.HasSuffix(text, "\r\n") {
				t.Errorf("none: read %q, %v; want a greeting", text, err)
			}
			for name, e := range map[string]scenario.Effect{"close": {Close: true}, "cut": {Cut: 20}, "lines": {Lines: []string{"no TLS here"}}} {
				if err := handshake(e); err == nil || isTimeout(err) {
					t.Errorf("%s: Handshake() = %v, want another error", name, err)
				}
			}
			if err := handshake(scenario.Effect{Drip: time.Microsecond}); err != nil {
				t.Errorf("drip: Handshake() = %v", err)
			}
			conn := set(scenario.Effect{Hang: true})
			_ = conn.SetDeadline(time.Now().Add(30 * time.Millisecond))
			if err := tls.Client(conn, w.client).Handshake(); !isTimeout(err) {
				t.Errorf("hang: Handshake() = %v, want a timeout", err)
			}
		})
	}
}

func TestSTARTTLSGoesWrong(t *testing.T) {
	w := start(t)
	use := func(name string) *line {
		t.Helper()
		s, ok := scenario.Named(name)
		if !ok {
			t.Fatalf("no scenario is called %s", name)
		}
		w.scenarios.Use(s)
		l := w.dial(t, w.Submission)
		l.hear()
		return l
	}
	l := use("starttls-injected")
	l.talk("C: EHLO me")
	for !strings.HasPrefix(l.hear(), "250 ") {
	}
	l.say("STARTTLS")
	l.hear()
	if got, err := l.r.Peek(5); string(got) != "250-i" {
		t.Errorf("behind the 220 stands %q, %v; want injected plain text at once", got, err)
	}
	l.talk("S: 250-injected.example.com\nS: 250 AUTH PLAIN\nTLS\nC: NOOP\nS: 250 2.0.0 OK…")

	l = use("starttls-refused")
	l.talk("C: STARTTLS\nS: 454 4.7.0 …\nC: NOOP\nS: 250 2.0.0 OK…")

	l = use("starttls-not-advertised")
	l.talk("C: EHLO me\nS: 250-…\nS: 250-SIZE…\nS: 250-8BITMIME\nS: 250-ENH…\nS: 250-PIP…\nS: 250-CHU…\nS: 250 SMTPUTF8\n" +
		"C: STARTTLS\nS: 502 5.5.1 …")

	l = use("starttls-no-tls")
	l.talk("C: STARTTLS\nS: 220 …")

	w.scenarios.Use()
	l = w.dial(t, w.Submission)
	l.hear()
	l.say("STARTTLS\r\nNOOP") // RFC 3207 section 4.2: what was sent before TLS is forgotten
	l.talk("S: 220 …\nTLS\nC: HELO me\nS: 250 smtp.gmail.com at your service")
}

func TestWithout(t *testing.T) {
	w := start(t)
	use := func(point string, names ...string) {
		w.scenarios.Use(scenario.Scenario{Effects: []scenario.Effect{{At: point, Without: names}}})
	}
	use(scenario.IMAPCapability, "xoauth2", "SASL-IR")
	w.dial(t, w.IMAP).talk(filled("S: * OK…\nC: 1 CAPABILITY\n" +
		"S: * CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER\n" +
		"S: 1 OK…\nC: 2 AUTHENTICATE XOAUTH2 {good}\nS: 2 NO Unsupported…"))
	use(scenario.IMAPCapability, "SASL-IR")
	w.dial(t, w.IMAP).talk(filled("S: * OK…\nC: 1 AUTHENTICATE XOAUTH2 {good}\nS: 1 BAD…\nC: 2 AUTHENTICATE XOAUTH2\nS: + \nC: {good}\nS: * CAP…"))
	use(scenario.SMTPEHLO, "XOAUTH2")
	w.dial(t, w.SMTP).talk(filled("S: 220…\nC: EHLO me\nS: 250-…\nS: 250-…\nS: 250-…\n" +
		"S: 250-AUTH LOGIN PLAIN PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH\n" +
		"S: 250-…\nS: 250-…\nS: 250-…\nS: 250 …\nC: AUTH XOAUTH2 {good}\nS: 504…"))
	use(scenario.POP3CAPA, "XOAUTH2")
	w.dial(t, w.POP3).talk(filled("S: +OK…\nC: AUTH XOAUTH2 {good}\nS: -ERR Unrec…"))
}

func TestPasswordsMeetScenarios(t *testing.T) {
	w := start(t,
		scenario.Effect{At: scenario.IMAPAuth, Lines: []string{"{tag} NO [ALERT] not so"}},
		scenario.Effect{At: scenario.POP3Auth, Lines: []string{"-ERR [AUTH] not so"}},
		scenario.Effect{At: scenario.SMTPMail, Lines: []string{"530-5.7.0 first", "530 5.7.0 not so"}},
	)
	w.dial(t, w.IMAP).talk("S: * OK…\nC: 1 LOGIN a b\nS: 1 NO [ALERT] not so")
	w.dial(t, w.POP3).talk("S: +OK…\nC: USER a\nS: +OK…\nC: PASS b\nS: -ERR [AUTH] not so")
	w.dial(t, w.SMTP).talk("S: 220…\nC: MAIL FROM:<a@example.com>\nS: 530-5.7.0 first\nS: 530 5.7.0 not so")
}

func TestStartRefusals(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, options := range []Options{{IMAP: "0.0.0.0:0"}, {SMTP: ":0"}, {Submission: "mail.example.com:0"}, {POP3: "nonsense"}} {
		if _, err := Start(options); err == nil || !strings.Contains(err.Error(), "not loopback") {
			t.Errorf("Start(%+v) = %v, want an error: not loopback", options, err)
		}
	}
	_, err = Start(Options{POP3: taken.Addr().String()})
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != "port-unavailable" {
		t.Errorf("Start on a port in use = %v, want the symptom port-unavailable", err)
	}
	s, err := Start(Options{IMAP: "localhost:0", POP3: "[::1]:0", Now: time.Now})
	if err != nil {
		t.Fatalf("Start(localhost and ::1) = %v", err)
	}
	if s.POP3.Host != "::1" || s.IMAP.Port == 0 || s.Submission.TLS != google.STARTTLS || s.SMTP.TLS != google.Implicit {
		t.Errorf("Start() gives %+v %+v %+v %+v", s.IMAP, s.SMTP, s.Submission, s.POP3)
	}
	s.Close()
	s.Close() // twice does no harm
}

// Close ends those who hang, wait, idle or have never said a word.
func TestCloseEndsAll(t *testing.T) {
	w := start(t, scenario.Effect{At: scenario.SMTPGreeting, Hang: true}, scenario.Effect{At: scenario.POP3Greeting, Delay: time.Hour})
	idle := w.reach(t, scenario.IMAPExamine)
	for !strings.HasPrefix(idle.hear(), "1 OK") {
	}
	idle.talk("C: 2 IDLE\nS: + idling")
	lines := []*line{idle, w.dial(t, w.IMAP), w.dial(t, w.SMTP), w.dial(t, w.POP3)}
	for _, l := range lines[1:] {
		if err := l.conn.(*tls.Conn).Handshake(); err != nil {
			t.Fatal(err)
		}
	}
	lines[1].hear()
	silent := w.dialRaw(t, w.POP3)
	w.Close()
	for _, l := range lines {
		l.ended()
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("a connection without a word: Read() = %v, want its end", err)
	}
}

func TestParseSASL(t *testing.T) {
	tests := []struct {
		name, response, user, token string
		parse                       func(string) (string, string, bool)
		ok                          bool
	}{
		{"XOAUTH2", "user=a@b\x01auth=Bearer t\x01\x01", "a@b", "t", parseXOAUTH2, true},
		{"XOAUTH2, small letters", "user=a@b\x01auth=bearer t\x01\x01", "a@b", "t", parseXOAUTH2, true},
		{"XOAUTH2 without its end", "user=a@b\x01auth=Bearer t\x01", "", "", parseXOAUTH2, false},
		{"XOAUTH2 without user", "user=\x01auth=Bearer t\x01\x01", "", "", parseXOAUTH2, false},
		{"XOAUTH2 without token", "user=a@b\x01auth=Bearer \x01\x01", "", "", parseXOAUTH2, false},
		{"XOAUTH2 with another scheme", "user=a@b\x01auth=Basic t\x01\x01", "", "", parseXOAUTH2, false},
		{"XOAUTH2 with a third part", "user=a@b\x01auth=Bearer t\x01x\x01\x01", "", "", parseXOAUTH2, false},
		{"XOAUTH2 with ^A written out", `user=a@b^Aauth=Bearer t^A^A`, "", "", parseXOAUTH2, false},
		{"OAUTHBEARER", "n,a=a@b,\x01host=h\x01port=1\x01auth=Bearer t\x01\x01", "a@b", "t", parseOAUTHBEARER, true},
		{"OAUTHBEARER without host", "y,a=a@b,\x01auth=Bearer t\x01\x01", "a@b", "t", parseOAUTHBEARER, true},
		{"OAUTHBEARER with escapes", "n,a=a=2Cb=3Dc@d,\x01auth=Bearer t\x01\x01", "a,b=c@d", "t", parseOAUTHBEARER, true},
		{"OAUTHBEARER with a bad escape", "n,a=a=2c@b,\x01auth=Bearer t\x01\x01", "", "", parseOAUTHBEARER, false},
		{"OAUTHBEARER with channel binding", "p=x,a=a@b,\x01auth=Bearer t\x01\x01", "", "", parseOAUTHBEARER, false},
		{"OAUTHBEARER without user", "n,,\x01auth=Bearer t\x01\x01", "", "", parseOAUTHBEARER, false},
		{"OAUTHBEARER without token", "n,a=a@b,\x01host=h\x01\x01", "", "", parseOAUTHBEARER, false},
		{"OAUTHBEARER with a part that is no pair", "n,a=a@b,\x01host\x01auth=Bearer t\x01\x01", "", "", parseOAUTHBEARER, false},
		{"OAUTHBEARER with an empty bearer", "n,a=a@b,\x01auth=Bearer\x01\x01", "", "", parseOAUTHBEARER, false},
		{"nothing", "", "", "", parseOAUTHBEARER, false},
		{"the dummy answer", "\x01", "", "", parseOAUTHBEARER, false},
	}
	for _, tt := range tests {
		user, token, ok := tt.parse(tt.response)
		if ok != tt.ok || ok && (user != tt.user || token != tt.token) {
			t.Errorf("%s: parse(%q) = %q, %q, %v; want %q, %q, %v", tt.name, tt.response, user, token, ok, tt.user, tt.token, tt.ok)
		}
	}
}

func FuzzSASL(f *testing.F) {
	f.Add("user=a@b\x01auth=Bearer t\x01\x01")
	f.Add("n,a=a=2Cb,\x01host=h\x01auth=Bearer t\x01\x01")
	f.Fuzz(func(t *testing.T, response string) {
		for _, parse := range []func(string) (string, string, bool){parseXOAUTH2, parseOAUTHBEARER} {
			if user, token, ok := parse(response); ok && (user == "" || token == "" || strings.ContainsAny(token, " \x01")) {
				t.Errorf("parse(%q) = %q, %q, true", response, user, token)
			}
		}
	})
}

func FuzzIMAPLine(f *testing.F) {
	f.Add("1 SEARCH SUBJECT {10}")
	f.Add("2 APPEND x {3+}")
	f.Fuzz(func(t *testing.T, text string) {
		if tag, _, _ := imapWords(text); tag == "" || strings.ContainsAny(tag, " \x00") {
			t.Errorf("imapWords(%q) gives the tag %q", text, tag)
		}
		d := newIMAPRelay(&session{}, email).dialect.(*imapDialect)
		d.announce(text)
		if d.body < 0 || d.awaited < 0 || slices.Max([]int64{d.body, d.awaited}) > 9_999_999_999 {
			t.Errorf("announce(%q) awaits %d and %d bytes", text, d.body, d.awaited)
		}
	})
}
