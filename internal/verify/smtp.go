package verify

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
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
	if err := s.wire.outOfTurn(); err != nil {
		return answer{}, err
	}
	if err := s.client.Auth(fitting(client)); err != nil {
		return answer{}, s.refused(err)
	}
	return answer{evidence: strings.Join(s.wire.since(mark), " ")}, nil
}

// maxCommand is the longest line of a command, with its end (RFC 5321 section
// 4.5.3.1.4). It holds for AUTH with an initial response (RFC 4954 section 4), not
// for the line that follows a 334; Gmail ends longer ones with 555 5.5.2.
const maxCommand = 512

// fitting sends the token with AUTH where it fits, and else after the 334.
func fitting(client *xoauth2.Client) sasl.Client {
	line := len("AUTH ") + len(client.Mechanism()) + len(" ") + base64.StdEncoding.EncodedLen(len(client.InitialResponse())) + len("\r\n")
	if line <= maxCommand {
		return client
	}
	return &twoSteps{Client: client}
}

type twoSteps struct {
	*xoauth2.Client
	sent bool
}

// Start begins without the token.
func (c *twoSteps) Start() (mechanism string, initial []byte, err error) {
	return c.Mechanism(), nil, nil
}

// Next gives the token, and after it what the mechanism has to say.
func (c *twoSteps) Next(challenge []byte) ([]byte, error) {
	if !c.sent {
		c.sent = true
		return c.InitialResponse(), nil
	}
	return c.Client.Next(challenge)
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
