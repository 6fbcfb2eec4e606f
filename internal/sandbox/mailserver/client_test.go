package mailserver

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"

	"gmailoauth/internal/google"
	"gmailoauth/internal/xoauth2"
)

// cured is a connection on which go-imap's "=" for an empty answer becomes one.
type cured struct{ net.Conn }

func (c cured) Write(p []byte) (int, error) {
	if string(p) == "=\r\n" {
		_, err := c.Conn.Write([]byte("\r\n"))
		return len(p), err
	}
	return c.Conn.Write(p)
}

func (w *world) imapClient(t testing.TB, cure bool) *imapclient.Client {
	t.Helper()
	var conn net.Conn = tls.Client(w.dialRaw(t, w.IMAP), w.client)
	if cure {
		conn = cured{conn}
	}
	client := imapclient.New(conn, nil)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func (w *world) smtpClient(t testing.TB, server google.Server) *smtp.Client {
	t.Helper()
	var client *smtp.Client
	if server.TLS == google.STARTTLS {
		var err error
		if client, err = smtp.NewClientStartTLS(w.dialRaw(t, server), w.client); err != nil {
			t.Fatalf("NewClientStartTLS() = %v", err)
		}
	} else {
		client = smtp.NewClient(tls.Client(w.dialRaw(t, server), w.client))
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestIMAPClient(t *testing.T) {
	w := start(t)
	for _, cure := range []bool{true, false} {
		client := w.imapClient(t, cure)
		mechanism := xoauth2.NewXOAUTH2(email, "expired")
		err := client.Authenticate(mechanism)
		want := "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
		if !cure {
			want = "BAD Invalid SASL argument."
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Authenticate(bad token), cured: %v = %v, want %q", cure, err, want)
		}
		if c := mechanism.Challenge(); c == nil || c.Status != "400" || c.Scope != google.MailScope() {
			t.Errorf("the challenge is %+v, want status 400 and the mail scope", c)
		}
	}
	client := w.imapClient(t, true)
	if err := client.Authenticate(xoauth2.NewOAUTHBEARER(email, token(email), "127.0.0.1", w.IMAP.Port)); err != nil {
		t.Fatalf("Authenticate(OAUTHBEARER) = %v", err)
	}
	data, err := client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil || data.NumMessages != 3 {
		t.Fatalf("Select(INBOX) = %+v, %v; want 3 messages", data, err)
	}
	names, err := client.List("", "*", nil).Collect()
	if err != nil || len(names) != 1 || names[0].Mailbox != "INBOX" {
		t.Errorf("List() = %+v, %v; want INBOX", names, err)
	}
	if err := client.Logout().Wait(); err != nil {
		t.Errorf("Logout() = %v", err)
	}
}

func (w *world) send(t testing.TB, server google.Server, to, subject string) {
	t.Helper()
	client := w.smtpClient(t, server)
	if err := client.Auth(xoauth2.NewXOAUTH2(email, token(email))); err != nil {
		t.Fatalf("Auth() = %v", err)
	}
	text := "Subject: " + subject + "\r\nX-Proof: 4711\r\n\r\nHello,\r\n.\r\nthis is it.\r\n"
	if err := client.SendMail(email, []string{to}, strings.NewReader(text)); err != nil {
		t.Fatalf("SendMail() = %v", err)
	}
	if err := client.Quit(); err != nil {
		t.Errorf("Quit() = %v", err)
	}
}

// What is handed in by SMTP is found by IMAP, also by who was there before, and by POP3.
func TestDelivery(t *testing.T) {
	w := start(t)
	before := w.imapClient(t, true)
	if err := before.Authenticate(xoauth2.NewXOAUTH2(email, token(email))); err != nil {
		t.Fatal(err)
	}
	if _, err := before.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	w.send(t, w.SMTP, email, "by 465")
	w.send(t, w.Submission, "Office@example.com", "by 587")
	if err := before.Noop().Wait(); err != nil {
		t.Fatal(err)
	}
	after := w.imapClient(t, true)
	if err := after.Authenticate(xoauth2.NewXOAUTH2(email, token(email))); err != nil {
		t.Fatal(err)
	}
	if _, err := after.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]*imapclient.Client{"before": before, "after": after} {
		found, err := client.Search(&imap.SearchCriteria{
			Header: []imap.SearchCriteriaHeaderField{{Key: "X-Proof", Value: "4711"}},
		}, nil).Wait()
		if err != nil || !slices.Equal(found.AllSeqNums(), []uint32{4, 5}) {
			t.Errorf("Search(X-Proof) by who came %s = %v, %v; want 4 and 5", name, found, err)
		}
		body := &imap.FetchItemBodySection{Peek: true}
		messages, err := client.Fetch(imap.SeqSetNum(5), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{body}}).Collect()
		if err != nil || len(messages) != 1 {
			t.Fatalf("Fetch(5) = %v, %v", messages, err)
		}
		text := string(messages[0].FindBodySection(body))
		want := "Delivered-To: Office@example.com\r\nReturn-Path: <office@example.com>\r\nSubject: by 587\r\n"
		if !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "\r\n\r\nHello,\r\n.\r\nthis is it.\r\n") {
			t.Errorf("Fetch(5) gives %q", text)
		}
		if err := client.Logout().Wait(); err != nil {
			t.Errorf("Logout() = %v", err)
		}
	}

	l := w.dial(t, w.POP3)
	l.talk(filled("S: +OK…\nC: AUTH XOAUTH2 {good}\nS: +OK Welcome.\nC: STAT\nS: +OK 5 …\nC: RETR 5\nS: +OK…"))
	text, err := textproto.NewReader(l.r).ReadDotBytes()
	if err != nil || !strings.HasSuffix(string(text), "Hello,\n.\nthis is it.\n") {
		t.Errorf("RETR 5 gives %q, %v", text, err)
	}
}

func TestWhatMailIsRefused(t *testing.T) {
	w := start(t)
	l := w.dial(t, w.SMTP)
	l.talk(filled(`
		S: 220 …
		C: HELO me
		S: 250 …
		C: AUTH XOAUTH2 {good}
		S: 235 2.7.0 Accepted
		C: MAIL FROM:<boss@example.com>
		S: 553 5.7.1 The sender address is not that of the mailbox. № - gsmtp
		C: DATA
		S: 502 5.5.1 …
		C: MAIL FROM:<office@example.com> BODY=8BITMIME
		S: 250 2.1.0 OK № - gsmtp
		C: RCPT TO:<a..b@example.com>
		S: 553 5.1.3 The recipient address <a..b@example.com> is not a valid RFC 5321 address. № - gsmtp
		C: RCPT TO:<a@example.com>
		S: 250 2.1.5 OK № - gsmtp
		C: EHLO again
		S: 250-…
		S: 250-…
		S: 250-…
		S: 250-AUTH…
		S: 250-…
		S: 250-…
		S: 250-…
		S: 250 SMTPUTF8
		C: DATA
		S: 502 5.5.1 …
		C: MAIL FROM:<OFFICE@example.com>
		S: 250 2.1.0 OK № - gsmtp
		C: RCPT TO:<a@example.com>
		S: 250 2.1.5 OK № - gsmtp
		C: BDAT 6
		C: QUIT
		S: 250 2.0.0 OK № - gsmtp
		C: BDAT 0 LAST
		S: 250 2.0.0 OK  1800000000 № - gsmtp
		C: RSET
		S: 250 2.1.5 Flushed № - gsmtp
		C: VRFY a
		S: 252 …
		C: QUIT
		S: 221 2.0.0 closing connection № - gsmtp
		END`))
	mails := w.office.messages("a@example.com")
	if got := len(mails); got != 4 || !strings.HasSuffix(string(mails[3]), "\r\nQUIT\r\n") {
		t.Errorf("the mailbox holds %d messages, want 4 of which the last is QUIT", got)
	}
}

func TestOfficeForgets(t *testing.T) {
	w := start(t)
	for n := range 50 {
		address := fmt.Sprintf("m%d@example.com", n)
		client := w.imapClient(t, true)
		if err := client.Authenticate(xoauth2.NewXOAUTH2(address, token(address))); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Select("INBOX", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		if err := client.Logout().Wait(); err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
	}
	w.send(t, w.SMTP, "kept@example.com", "kept")
	w.Close() // waits for the sessions
	if len(w.office.boxes) != 1 || w.office.boxes["kept@example.com"].user != nil {
		t.Errorf("the office keeps %d mailboxes after 50 sessions and one delivery, want 1 that nobody is in", len(w.office.boxes))
	}
}

// Ten thousand mailboxes, open at once and closed again, leave nothing behind.
func TestOfficeWithTenThousandMailboxes(t *testing.T) {
	o := newOffice(time.Now)
	for n := range 10_000 {
		o.open(fmt.Sprintf("m%d@example.com", n))
	}
	if len(o.boxes) != 10_000 {
		t.Errorf("the office has %d mailboxes open, want 10000", len(o.boxes))
	}
	for n := range 10_000 {
		o.close(fmt.Sprintf("M%d@example.com", n))
	}
	if len(o.boxes) != 0 {
		t.Errorf("the office keeps %d mailboxes, want none", len(o.boxes))
	}
}

func BenchmarkIMAPLogin(b *testing.B) {
	w := start(b)
	for n := 0; b.Loop(); n++ {
		address := fmt.Sprintf("m%d@example.com", n)
		client := w.imapClient(b, true)
		if err := client.Authenticate(xoauth2.NewXOAUTH2(address, token(address))); err != nil {
			b.Fatal(err)
		}
		if _, err := client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
			b.Fatal(err)
		}
		if err := client.Logout().Wait(); err != nil {
			b.Fatal(err)
		}
		_ = client.Close()
	}
}

func TestOfficeIsFull(t *testing.T) {
	o := newOffice(nil)
	o.held = maxHeld - 10
	if !o.deliver(email, make([]byte, 10)) {
		t.Error("deliver(10 bytes) into 10 bytes of room = false")
	}
	if o.deliver(email, make([]byte, 1)) {
		t.Error("deliver(1 byte) into no room = true")
	}
	s := &smtpSession{office: o, email: email, recipients: []string{email}, at: new(Servers).at}
	if err := s.Data(strings.NewReader("x")); err == nil || !strings.Contains(err.Error(), "holds no more mail") {
		t.Errorf("Data() into no room = %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	w := start(t)
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			address := fmt.Sprintf("m%d@example.com", n%20)
			switch n % 4 {
			case 0:
				client := w.imapClient(t, true)
				if err := client.Authenticate(xoauth2.NewXOAUTH2(address, token(address))); err != nil {
					t.Errorf("IMAP: Authenticate() = %v", err)
					return
				}
				if data, err := client.Select("INBOX", nil).Wait(); err != nil || data.NumMessages < 3 {
					t.Errorf("IMAP: Select() = %v, %v", data, err)
				}
				_ = client.Logout().Wait()
			case 1, 2:
				server := w.SMTP
				if n%4 == 2 {
					server = w.Submission
				}
				client := w.smtpClient(t, server)
				if err := client.Auth(xoauth2.NewXOAUTH2(address, token(address))); err != nil {
					t.Errorf("SMTP: Auth() = %v", err)
					return
				}
				if err := client.SendMail(address, []string{address}, strings.NewReader("Subject: x\r\n\r\nx\r\n")); err != nil {
					t.Errorf("SMTP: SendMail() = %v", err)
				}
				_ = client.Quit()
			case 3:
				conn := tls.Client(w.dialRaw(t, w.POP3), w.client)
				r := bufio.NewReader(conn)
				for _, say := range []string{"", "AUTH XOAUTH2 " + xoauth2Of(address, token(address)), "STAT", "QUIT"} {
					if say != "" {
						_, _ = io.WriteString(conn, say+"\r\n")
					}
					if text, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(text, "+OK") {
						t.Errorf("POP3: %q is answered %q, %v", say, text, err)
					}
				}
			}
		})
	}
	wg.Wait()
}
