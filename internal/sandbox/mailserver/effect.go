package mailserver

import (
	"encoding/base64"
	"io"
	"net"
	"strings"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
)

// play carries an effect out. It reports whether the usual answer is thereby
// settled; an error ends the session.
func (s *session) play(e *scenario.Effect) (settled bool, err error) {
	if e == nil {
		return false, nil
	}
	if e.Delay > 0 {
		if err := s.servers.pause(e.Delay); err != nil {
			return true, err
		}
	}
	s.spoil(e.Cut, e.Drip)
	if len(e.Lines) > 0 {
		for range max(e.Babble, 1) {
			if err := s.say(s.fill(e.Lines)...); err != nil {
				return true, err
			}
		}
	}
	if e.Flood > 0 {
		if _, err := io.CopyN(s, flood{}, int64(e.Flood)); err != nil {
			return true, err
		}
	}
	switch {
	case e.Close:
		return true, errEnd
	case e.Hang, e.Flood > 0, e.Babble > 0:
		_, _ = io.Copy(io.Discard, s.lines)
		return true, errEnd
	}
	return len(e.Lines) > 0, nil
}

// fill puts in what a scenario cannot know: {tag} of the IMAP command, {id} of
// the session, {ip} of the client, {scope}, which is that of mail; and what a
// careless server repeats: {sent}, the SASL string as it came, {clear}, what it holds.
func (s *session) fill(lines []string) []string {
	host, _, _ := net.SplitHostPort(s.raw.RemoteAddr().String())
	blanks := strings.NewReplacer("{tag}", s.tag, "{id}", s.id, "{ip}", host, "{scope}", google.MailScope(),
		"{sent}", s.sent, "{clear}", strings.ReplaceAll(decoded(s.sent), "\x01", " "))
	filled := make([]string, len(lines))
	for i, line := range lines {
		filled[i] = blanks.Replace(line)
	}
	return filled
}

func decoded(text string) string {
	clear, _ := base64.StdEncoding.DecodeString(text)
	return string(clear)
}

// without takes the keywords and mechanisms that are not to be advertised out
// of capability lines: a line whose first word goes, goes whole.
func without(lines []string, e *scenario.Effect) []string {
	if e == nil || len(e.Without) == 0 {
		return lines
	}
	var kept []string
	for _, line := range lines {
		words := strings.Fields(line)
		rest := words[:0]
		for i, word := range words {
			if lacks(e, strings.TrimPrefix(word, "AUTH=")) || lacks(e, word) {
				if i == 0 {
					rest = nil
					break
				}
				continue
			}
			rest = append(rest, word)
		}
		if len(rest) > 0 {
			kept = append(kept, strings.Join(rest, " "))
		}
	}
	return kept
}

// lacks reports whether a scenario takes a capability away.
func lacks(e *scenario.Effect, name string) bool {
	if e == nil {
		return false
	}
	for _, without := range e.Without {
		if strings.EqualFold(without, name) {
			return true
		}
	}
	return false
}

// flood is text without an end of line.
type flood struct{}

func (flood) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
