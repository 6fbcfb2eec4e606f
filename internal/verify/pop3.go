package verify

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/textproto"
	"strconv"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/xoauth2"
)

var errPOP3 = errors.New("not an answer of POP3")

// inlineMost is the longest line in which Gmail is given the token with AUTH,
// as its page on XOAUTH2 shows it. RFC 2449 section 4 ends a line at 255 octets,
// which no token fits in; 512 is where SMTP ends one. Longer ones go in two steps.
const inlineMost = 512

type pop3Session struct {
	text    *textproto.Conn
	wire    *wire
	inline  bool  // the token may come in the line of AUTH
	refused error // the answer to AUTH, if it was no "+"
	asked   bool  // the server waits for the token
}

// newPOP3 begins the login with the step that needs no token: the two-step form
// is the only one that a long token fits in (RFC 5034 section 4). Gmail takes both
// in one line, which waits for the token and saves a round trip.
func newPOP3(w *wire, next coming) (session, error) {
	s := &pop3Session{text: textproto.NewConn(w), wire: w, inline: next.gmail}
	if _, err := s.text.ReadLine(); err != nil { // the greeting: looked at by dial
		return nil, err
	}
	if s.inline {
		return s, nil
	}
	if err := s.begin(next.mechanism); err != nil {
		return nil, err
	}
	return s, nil
}

// begin says which mechanism will be used; an error is the connection's.
func (s *pop3Session) begin(mechanism string) error {
	line, err := s.command("AUTH " + mechanism)
	if err != nil {
		return err
	}
	switch _, challenge := strings.CutPrefix(line, "+ "); {
	case challenge || line == "+":
		s.asked = true
	default:
		s.refused = s.refusal(line)
		if code := codeOf(s.refused); code == "ERR" {
			s.refused = &refusal{evidence: line, symptom: &diagnosis.Symptom{Where: diagnosis.AtPOP3,
				Code: "mechanism-not-offered", Text: textOf(s.refused)}}
		}
	}
	return nil
}

func (s *pop3Session) login(client *xoauth2.Client) (answer, error) {
	token := base64.StdEncoding.EncodeToString(client.InitialResponse())
	if command := "AUTH " + client.Mechanism() + " " + token; s.inline && len(command)+len("\r\n") <= inlineMost {
		line, err := s.command(command)
		if taken := err != nil || strings.TrimSpace(line) != "+" && codeOf(s.refusal(line)) != "ERR"; taken {
			return s.exchange(client, line, err)
		}
		s.asked = line[0] == '+'
	}
	if !s.asked && s.refused == nil {
		if err := s.begin(client.Mechanism()); err != nil {
			return answer{}, err
		}
	}
	if s.refused != nil {
		return answer{}, s.refused
	}
	line, err := s.command(token)
	return s.exchange(client, line, err)
}

// exchange goes on from the answer to the token.
func (s *pop3Session) exchange(client *xoauth2.Client, line string, err error) (answer, error) {
	s.asked = false
	for err == nil && (line == "+" || strings.HasPrefix(line, "+ ")) {
		s.asked = true
		var reply []byte
		if reply, err = client.Next(decodeChallenge(strings.TrimPrefix(line, "+"))); err != nil {
			return answer{}, &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtPOP3, Code: "second-challenge"}}
		}
		line, err = s.command(base64.StdEncoding.EncodeToString(reply))
		s.asked = false
	}
	return s.answered(line, err)
}

// decodeChallenge gives the bytes of a challenge, or the words themselves where
// a server forgot base64.
func decodeChallenge(text string) []byte {
	text = strings.TrimSpace(text)
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
		return decoded
	}
	return []byte(text)
}

// mailbox sends STAT: an account whose POP is switched off is told so only here.
func (s *pop3Session) mailbox() (answer, error) {
	said, err := s.answered(s.command("STAT"))
	if err != nil {
		return said, err
	}
	count, size, ok := parseSTAT(said.evidence)
	if !ok {
		return answer{}, fmt.Errorf("STAT: %w", errPOP3)
	}
	said.facts = map[string]string{"messages": strconv.Itoa(count), "bytes": strconv.Itoa(size)}
	return said, nil
}

// parseSTAT reads "+OK 2 320".
func parseSTAT(line string) (count, size int, ok bool) {
	words := strings.Fields(line)
	if len(words) < 3 || words[0] != "+OK" {
		return 0, 0, false
	}
	count, err1 := strconv.Atoi(words[1])
	size, err2 := strconv.Atoi(words[2])
	return count, size, err1 == nil && err2 == nil && count >= 0 && size >= 0
}

func (s *pop3Session) answered(line string, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	if ok, _, _ := parsePOP3(line); ok {
		return answer{evidence: line}, nil
	}
	return answer{}, s.refusal(line)
}

func (s *pop3Session) refusal(line string) error {
	_, code, text := parsePOP3(line)
	if code == "" {
		return errPOP3
	}
	return &refusal{symptom: &diagnosis.Symptom{Where: diagnosis.AtPOP3, Code: code, Text: text}, evidence: line}
}

func codeOf(err error) string {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused.symptom.Code
	}
	return ""
}

func textOf(err error) string {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused.symptom.Text
	}
	return ""
}

func (s *pop3Session) command(line string) (string, error) {
	if err := s.wire.outOfTurn(); err != nil {
		return "", err
	}
	if err := s.text.PrintfLine("%s", line); err != nil {
		return "", err
	}
	return s.text.ReadLine()
}

func (s *pop3Session) leave(wait bool) {
	goodbye := "QUIT\r\n"
	if s.asked { // out of the exchange first, RFC 5034 section 4
		goodbye = "*\r\n" + goodbye
	}
	_, _ = s.wire.Write([]byte(goodbye))
	if wait {
		s.wire.drain()
	}
	_ = s.text.Close()
}
