package verify

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/xoauth2"
)

var errNoCapabilities = errors.New("no list of capabilities")

type imapSession struct {
	wire   *wire
	client *imapclient.Client
	caps   imap.CapSet
	begun  chan struct{} // closed when a login that was begun early has ended; nil if none was
	ended  error         // of that login; read after begun
	began  time.Time
}

// newIMAP reads the greeting and the capabilities, which Gmail's greeting does
// not hold. If the token comes before them, the login follows the question at
// once (RFC 9051 section 5.5 lets commands be sent ahead; nothing is sent after
// AUTHENTICATE, whose exchange they would disturb).
func newIMAP(w *wire, next coming) (session, error) {
	if next.gmail {
		w.greetInstead("* OK [CAPABILITY IMAP4rev1 SASL-IR]")
	}
	s := &imapSession{wire: w, client: imapclient.New(w, nil)}
	err := s.client.WaitGreeting()
	switch {
	case err != nil:
	case next.gmail:
		err = s.learn(next)
	default:
		s.caps = s.client.Caps()
	}
	if err == nil && s.caps == nil {
		err = errNoCapabilities
	}
	if err != nil {
		_ = s.client.Close()
		if s.begun != nil {
			<-s.begun
		}
		return nil, s.bye(err)
	}
	return s, nil
}

// learn asks for the capabilities, and begins the login if the token is there
// before the answer.
func (s *imapSession) learn(next coming) error {
	heard := make(chan error, 1)
	question := s.client.Capability()
	go func() {
		var err error
		s.caps, err = question.Wait()
		heard <- err
	}()
	select {
	case err := <-heard:
		return s.unheard(err)
	case <-next.got:
	}
	if client := next.client(); client != nil {
		s.begun, s.began = make(chan struct{}), next.now()
		go func() {
			defer close(s.begun)
			s.ended = s.client.Authenticate(client)
		}()
	}
	return s.unheard(<-heard)
}

// unheard names the refusal to say the capabilities, which need not be the last
// thing that was heard.
func (s *imapSession) unheard(err error) error {
	if _, ok := errors.AsType[*imap.Error](err); !ok {
		return err
	}
	line, _ := s.wire.tagged("CAPABILITY")
	return &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: "not-understood", Text: line}, evidence: line}
}

func (s *imapSession) login(client *xoauth2.Client) (answer, error) {
	var err error
	if s.begun != nil {
		<-s.begun
		err = s.ended
	}
	if !s.offers("AUTH=" + client.Mechanism()) {
		return answer{}, &refusal{symptom: (&diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: "mechanism-not-offered"}).
			With("offered", strings.Join(s.mechanisms(), " "))}
	}
	_, refused := errors.AsType[*imap.Error](err)
	if s.begun == nil || refused && !client.Challenged() && !s.offers("SASL-IR") { // nobody looked at the token
		err = s.client.Authenticate(client)
	}
	said, err := s.verdict("AUTHENTICATE", err)
	said.began = s.began
	return said, err
}

func (s *imapSession) mailbox() (answer, error) {
	data, err := s.client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	said, err := s.verdict("EXAMINE", err)
	if err == nil {
		said.facts = map[string]string{"messages": strconv.FormatUint(uint64(data.NumMessages), 10)}
	}
	return said, err
}

// verdict gives the server's tagged words, as an answer or as a refusal.
func (s *imapSession) verdict(command string, err error) (answer, error) {
	line, ok := s.wire.tagged(command)
	if err == nil {
		return answer{evidence: line}, nil
	}
	if errors.Is(err, xoauth2.ErrSecondChallenge) {
		return answer{}, &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: "second-challenge"}}
	}
	if status, code, text := parseIMAP(line); ok && (status == "NO" || status == "BAD") {
		return answer{}, &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: code, Text: text}, evidence: line}
	}
	return answer{}, s.bye(err)
}

// bye gives the words with which the server left us, if it said any. They may
// have come while we were waiting for the token.
func (s *imapSession) bye(err error) error {
	for _, line := range s.wire.since(0) {
		rest, ok := strings.CutPrefix(line, "* ")
		if status, code, text := parseIMAP(rest); ok && status == "BYE" {
			return &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: code, Text: text}, evidence: line}
		}
	}
	return err
}

func (s *imapSession) offers(capability string) bool {
	for c := range s.caps {
		if strings.EqualFold(string(c), capability) {
			return true
		}
	}
	return false
}

func (s *imapSession) mechanisms() []string {
	return s.caps.AuthMechanisms()
}

func (s *imapSession) leave(wait bool) {
	if goodbye := s.client.Logout(); wait {
		_ = goodbye.Wait()
		<-s.client.Closed()
	}
	_ = s.client.Close()
}
