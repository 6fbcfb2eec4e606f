package verify

import (
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/google"
)

// A server that echoes what it was sent does not get it into a report.
func TestEchoedSecrets(t *testing.T) {
	xoauth2 := base64.StdEncoding.EncodeToString([]byte("user=" + mailbox + "\x01auth=Bearer " + goodToken + "\x01\x01"))
	echo := base64.StdEncoding.EncodeToString([]byte(`{"status":"400 ` + goodToken + `","schemes":"Bearer"}`))
	imap := serve(t, google.Implicit, fakeIMAP(script{"AUTHENTICATE": func(p *peer, tag, rest string) {
		p.say("+ " + echo)
		p.hear()
		p.say(tag + " NO [AUTHENTICATIONFAILED] you sent " + rest + " with " + goodToken + " \x1b[31mred")
	}}))
	smtp := serve(t, google.Implicit, fakeSMTP(script{"AUTH": func(p *peer, _, rest string) {
		p.say("535-5.7.8 you sent "+rest, "535 5.7.8 with "+goodToken)
	}}, true, nil))
	pop3 := serve(t, google.Implicit, fakePOP3(script{"AUTH": func(p *peer, _, _ string) {
		p.say("+ ")
		p.say("+OK welcome " + p.hear() + " " + goodToken)
	}}))
	got := Run(t.Context(), box(&imap, []google.Server{smtp}, &pop3), tokenOf(goodToken), time.Now)
	for _, f := range got.Findings {
		texts := []string{f.Evidence}
		if f.Symptom != nil {
			texts = append(texts, f.Symptom.Text, f.Symptom.Error())
			if f.Symptom.Challenge != nil {
				texts = append(texts, f.Symptom.Challenge.Status)
			}
		}
		for _, text := range texts {
			if strings.Contains(text, goodToken) || strings.Contains(text, xoauth2) || strings.Contains(text, xoauth2[8:60]) || strings.Contains(text, "\x1b") {
				t.Errorf("Run: %s says %q, want no secret and no escape in it", f.ID, text)
			}
		}
	}
	if f := find(t, got, "imap.auth"); !strings.Contains(f.Evidence, "AUTHENTICATIONFAILED") {
		t.Errorf("Run: evidence %q, want the rest of the words", f.Evidence)
	}
}

// A server without SASL-IR gets the token after its "+".
func TestIMAPWithoutInitialResponse(t *testing.T) {
	for _, token := range []string{goodToken, badToken} {
		got := one(t, "imap", google.Implicit, fakeIMAP(script{
			"greeting":   says("* OK ready"),
			"CAPABILITY": says("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2", "{tag} OK"),
		}), tokenOf(token))
		f := find(t, got, "imap.auth")
		if token == goodToken && f.Status != "pass" {
			t.Errorf("Run with a good token: imap.auth = %v, want pass", f.Symptom)
		}
		if token == badToken && (f.Symptom == nil || f.Symptom.Code != "AUTHENTICATIONFAILED" || f.Symptom.Challenge == nil) {
			t.Errorf("Run with a bad token: imap.auth = %v, want AUTHENTICATIONFAILED and the challenge", f.Symptom)
		}
	}
}

// Goodbyes are said: LOGOUT, QUIT, and "*" to leave a POP3 login that began.
func TestGoodbyes(t *testing.T) {
	heard := make(chan string, 8)
	note := func(word string) func(p *peer, tag, rest string) {
		return func(p *peer, _, _ string) { heard <- word; p.hang() } // the verdict does not wait
	}
	imap := serve(t, google.Implicit, fakeIMAP(script{"LOGOUT": note("LOGOUT")}))
	smtp := serve(t, google.Implicit, fakeSMTP(script{"QUIT": note("QUIT smtp")}, true, nil))
	pop3 := serve(t, google.Implicit, fakePOP3(script{"QUIT": note("QUIT pop3")}))
	start := time.Now()
	Run(t.Context(), box(&imap, []google.Server{smtp}, &pop3), tokenOf(goodToken), time.Now)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("Run took %v, want it not to wait for goodbyes", took)
	}
	got := map[string]bool{}
	for range 3 {
		select {
		case word := <-heard:
			got[word] = true
		case <-time.After(5 * time.Second):
		}
	}
	if !got["LOGOUT"] || !got["QUIT smtp"] || !got["QUIT pop3"] {
		t.Errorf("Run: servers heard %v, want LOGOUT and two QUIT", got)
	}
}

// Each mechanism has its connection, one after the other.
func TestOneConnectionAtATime(t *testing.T) {
	open := make(chan int, 1)
	open <- 0
	pop3 := serve(t, google.Implicit, func(p *peer) {
		n := <-open + 1
		open <- n
		defer func() { n := <-open - 1; open <- n }()
		if n > 1 {
			p.say("-ERR [IN-USE] another session has the mailbox")
			return
		}
		fakePOP3(nil)(p)
	})
	b := box(nil, nil, &pop3)
	b.SASL = []string{"XOAUTH2", "OAUTHBEARER"}
	for _, f := range Run(t.Context(), b, tokenOf(goodToken), time.Now).Findings {
		if f.Status != "pass" {
			t.Errorf("Run: %s %s = %v, want pass", f.ID, f.Mechanism, f.Symptom)
		}
	}
}

// What follows a "+" waits until the answer was written, however it comes.
func TestWireHoldsBackAfterAPlus(t *testing.T) {
	ours, theirs := net.Pipe()
	w := newWire(ours, protoIMAP, google.Server{})
	defer func() { _ = w.Close(); _ = theirs.Close() }()
	go func() { _, _ = theirs.Write([]byte("+ abc\r\nT1 NO x\r\n")) }()
	buffer, small := make([]byte, 100), make([]byte, 3)
	if n, err := w.Read(small); err != nil || string(small[:n]) != "+ a" {
		t.Fatalf("Read = %q, %v, want the beginning of the first line", small[:n], err)
	}
	if n, err := w.Read(buffer); err != nil || string(buffer[:n]) != "bc\r\n" {
		t.Fatalf("Read = %q, %v, want the rest of the first line alone", buffer[:n], err)
	}
	read := make(chan string)
	go func() { n, _ := w.Read(buffer); read <- string(buffer[:n]) }()
	select {
	case line := <-read:
		t.Fatalf("Read gave %q before the answer, want it held back", line)
	case <-time.After(20 * time.Millisecond):
	}
	sent := make(chan string)
	go func() { b := make([]byte, 10); n, _ := theirs.Read(b); sent <- string(b[:n]) }()
	if _, err := w.Write([]byte("=\r\n")); err != nil {
		t.Fatal(err)
	}
	if got := <-sent; got != "\r\n" {
		t.Errorf("Write(%q) sent %q, want an empty line", "=\r\n", got)
	}
	if got := <-read; got != "T1 NO x\r\n" {
		t.Errorf("Read after the answer = %q, want the verdict", got)
	}
}

// A line that is too long to be kept is cut in front of a word, so that no half
// of a token stays, which no redactor would know.
func TestLongLineIsCutInFrontOfAWord(t *testing.T) {
	var heard []string
	w := newWire(nil, protoIMAP, google.Server{Host: "imap.example", Port: 993})
	w.heard = func(_, _ string, _ bool, line string) { heard = append(heard, line) }
	words := strings.Repeat("talk ", maxQuote/5-2)
	if err := w.record([]byte("* " + words + "token-that-is-longer-than-the-room-left for it\r\n")); err != nil {
		t.Fatalf("record = %v", err)
	}
	want := "* " + strings.TrimSpace(words)
	if got := w.last(); got != want {
		t.Errorf("last() = …%q, want …%q", got[len(got)-40:], want[len(want)-40:])
	}
	if len(heard) != 1 || heard[0] != want {
		t.Errorf("heard %d lines, want the one that is kept", len(heard))
	}
}

// A secret must not reach the listener in pieces, however the library writes.
func TestWhatIsSentIsToldInWholeLines(t *testing.T) {
	var heard []string
	w := newWire(nil, protoSMTP, google.Server{Host: "smtp.example", Port: 465})
	w.heard = func(protocol, endpoint string, sent bool, line string) {
		heard = append(heard, fmt.Sprint(protocol, " ", endpoint, " ", sent, " ", line))
	}
	for _, piece := range []string{"AUTH XOA", "UTH2 abc\r", "\nQUIT\r\n", "rest"} {
		w.tellSent([]byte(piece))
	}
	want := []string{"smtp smtp.example:465 true AUTH XOAUTH2 abc", "smtp smtp.example:465 true QUIT"}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}
