package verify

import (
	"errors"
	"strconv"
	"strings"

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
}

// newIMAP reads the greeting and the capabilities, which Gmail's greeting does
// not hold: that costs the round trip in which the token is still on its way.
func newIMAP(w *wire) (session, error) {
	s := &imapSession{wire: w, client: imapclient.New(w, nil)}
	err := s.client.WaitGreeting()
	if err == nil {
		if s.caps = s.client.Caps(); s.caps == nil {
			err = errNoCapabilities
		}
	}
	if err != nil {
		_ = s.client.Close()
		return nil, s.bye(err)
	}
	return s, nil
}

func (s *imapSession) login(client *xoauth2.Client) (answer, error) {
	if !s.offers("AUTH=" + client.Mechanism()) {
		return answer{}, &refusal{symptom: (&diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: "mechanism-not-offered"}).
			With("offered", strings.Join(s.mechanisms(), " "))}
	}
	return s.verdict("AUTHENTICATE", s.client.Authenticate(client))
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
