package verify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// pollFirst and pollMost are the pauses between two looks.
const pollFirst, pollMost = 250 * time.Millisecond, 2 * time.Second

// testMessage is the one message of --send-test: the first SMTP connection
// that logged in sends it, once INBOX stands open over IMAP, which then looks
// for it until its time is up. The message stays in the mailbox: INBOX is
// opened read-only. A nil testMessage does nothing.
type testMessage struct {
	account, id, text string

	claim sync.Once
	ready chan struct{} // closed when IMAP is past its checks
	open  bool          // and INBOX is open; read after ready
	once  sync.Once

	sent   chan struct{} // closed when it was sent, or will not be
	settle func()        // closes sent
	was    bool          // it was sent; read after sent

	mu    sync.Mutex
	found finding.Finding
}

func newTestMessage(account string, now time.Time) *testMessage {
	_, domain, _ := strings.Cut(account, "@")
	id := fmt.Sprintf("<%s.gmailoauth@%s>", strings.ToLower(rand.Text()), domain)
	m := &testMessage{account: account, id: id, ready: make(chan struct{}), sent: make(chan struct{}),
		found: finding.Finding{ID: "mail.roundtrip", Status: finding.Skip, Reason: "skip.not-authenticated"}}
	m.settle = sync.OnceFunc(func() { close(m.sent) })
	m.text = strings.Join([]string{
		"From: <" + account + ">",
		"To: <" + account + ">",
		"Subject: gmailoauth test message",
		"Date: " + now.Format(time.RFC1123Z),
		"Message-ID: " + id,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Auto-Submitted: auto-generated",
		"",
		"gmailoauth verify --send-test sent this message to see that mail works.",
		"It may be deleted.",
		"",
	}, "\r\n")
	return m
}

// imapReady tells those who wait to send whether INBOX is open.
func (m *testMessage) imapReady(open bool) {
	if m == nil {
		return
	}
	m.once.Do(func() { m.open = open; close(m.ready) })
}

func (m *testMessage) note(f finding.Finding) {
	f.ID = "mail.roundtrip"
	m.mu.Lock()
	defer m.mu.Unlock()
	m.found = f
}

func (m *testMessage) finding() finding.Finding {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.found
}

// send is called by every SMTP connection that logged in; one sends.
func (m *testMessage) send(ctx context.Context, p *proof, w *wire, s session) {
	if m == nil {
		return
	}
	m.claim.Do(func() {
		defer m.settle()
		if p.run.box.IMAP == nil {
			return
		}
		select {
		case <-m.ready:
		case <-ctx.Done():
		}
		if !m.open {
			return
		}
		client := s.(*smtpSession)
		f := p.check(ctx, p.protocol+".roundtrip", "", func(context.Context) (answer, error) {
			mark := w.mark()
			if err := client.client.SendMail(m.account, []string{m.account}, strings.NewReader(m.text)); err != nil {
				return answer{}, client.refused(err)
			}
			return answer{evidence: strings.Join(lastReply(w.since(mark)), " ")}, nil
		}, func() *wire { return w })
		m.was = f.Status == finding.Pass
		m.note(f)
	})
}

// find looks for the message until the check's time is up.
func (m *testMessage) find(ctx context.Context, p *proof, w *wire, s session) {
	if m == nil {
		return
	}
	m.imapReady(true)
	<-m.sent
	if !m.was {
		return
	}
	sending := m.finding()
	f := p.check(ctx, p.protocol+".roundtrip", "", func(ctx context.Context) (answer, error) {
		return m.poll(ctx, s.(*imapSession))
	}, func() *wire { return w })
	f.Duration += sending.Duration
	if f.Evidence == "" {
		f.Evidence = sending.Evidence
	}
	m.note(f)
}

func (m *testMessage) poll(ctx context.Context, s *imapSession) (answer, error) {
	criteria := &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: m.id}}}
	for pause := pollFirst; ; pause = min(2*pause, pollMost) {
		if err := s.client.Noop().Wait(); err != nil { // lets the server tell of new messages
			return m.missed(ctx, s, "NOOP", err)
		}
		found, err := s.client.UIDSearch(criteria, nil).Wait()
		if err != nil {
			return m.missed(ctx, s, "UID", err)
		}
		if uids := found.AllUIDs(); len(uids) > 0 {
			return answer{facts: map[string]string{"message_id": m.id, "uid": fmt.Sprint(uids[0])}}, nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return m.missed(ctx, s, "", ctx.Err())
		}
	}
}

// missed tells a message that did not arrive in time from a search that failed.
func (m *testMessage) missed(ctx context.Context, s *imapSession, command string, err error) (answer, error) {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return answer{}, &refusal{symptom: (&diagnosis.Symptom{Where: diagnosis.AtMail, Code: "not-arrived", Err: ctx.Err()}).
			With("message_id", m.id)}
	}
	return s.verdict(command, err)
}
