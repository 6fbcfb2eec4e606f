package verify

import (
	"errors"
	"strings"

	"github.com/emersion/go-smtp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/xoauth2"
)

// ehloName is how we introduce ourselves: an address literal is what a client
// without a name of its own says (RFC 5321 section 4.1.4).
const ehloName = "[127.0.0.1]"

type smtpSession struct {
	wire   *wire
	client *smtp.Client
}

func newSMTP(w *wire) (session, error) {
	s := &smtpSession{wire: w, client: smtp.NewClient(w)}
	if err := s.client.Hello(ehloName); err != nil {
		return nil, s.refused(err)
	}
	return s, nil
}

func (s *smtpSession) login(client *xoauth2.Client) (answer, error) {
	_, offered := s.client.Extension("AUTH")
	if !s.client.SupportsAuth(client.Mechanism()) {
		return answer{}, &refusal{symptom: (&diagnosis.Symptom{Where: diagnosis.AtSMTP, Code: "mechanism-not-offered"}).
			With("offered", offered)}
	}
	mark := s.wire.mark()
	if err := s.client.Auth(client); err != nil {
		return answer{}, s.refused(err)
	}
	return answer{evidence: strings.Join(s.wire.since(mark), " ")}, nil
}

// mailbox is not among the checks of SMTP.
func (s *smtpSession) mailbox() (answer, error) { return answer{}, nil }

// refused gives the server's last reply, if it is a refusal. It may have come
// while we were waiting for the token.
func (s *smtpSession) refused(err error) error {
	if errors.Is(err, xoauth2.ErrSecondChallenge) {
		return &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtSMTP, Code: "second-challenge"}}
	}
	if errors.Is(err, smtp.ErrTooLongLine) { // its limit is lower than ours
		return errTooLong
	}
	lines := lastReply(s.wire.since(0))
	status, code, text := parseSMTP(lines)
	if status < 400 {
		return err
	}
	symptom := &diagnosis.Symptom{Where: diagnosis.AtSMTP, Code: code, Status: status, Text: text}
	return &refusal{symptom: symptom.With("said_by", speaker(lines[len(lines)-1])), evidence: strings.Join(lines, " ")}
}

// lastReply is the last reply of a conversation: its last line, and those
// before it that announce another.
func lastReply(lines []string) []string {
	first := len(lines) - 1
	for first > 0 && len(lines[first-1]) > 3 && lines[first-1][3] == '-' {
		first--
	}
	return lines[max(first, 0):]
}

func (s *smtpSession) leave(wait bool) {
	_, _ = s.wire.Write([]byte("QUIT\r\n"))
	if wait {
		s.wire.drain()
	}
	_ = s.client.Close()
}
