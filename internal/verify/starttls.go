package verify

import (
	"context"
	"strings"

	"gmailoauth/internal/diagnosis"
)

// startTLS asks for TLS and refuses every way in which the answer could be an
// attack: no offer, no plain yes, or words in clear after the yes, which would
// later pass for words under TLS (RFC 3207 section 6, RFC 7817).
func (r *run) startTLS(ctx context.Context, w *wire) error {
	answer, err := askTLS(w)
	if err != nil {
		return err
	}
	w.mu.Lock()
	injected := len(w.ahead) > 0
	w.mu.Unlock()
	if injected {
		return &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "starttls-injection", Text: printable(w.last())}
	}
	if err := r.handshake(ctx, w); err != nil {
		return err
	}
	// The libraries expect a greeting. What was said in clear is not repeated.
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead = []byte(answer + "\r\n")
	return nil
}

// askTLS asks in the protocol's words, and gives the greeting to be replayed.
func askTLS(w *wire) (greeting string, err error) {
	switch w.protocol {
	case protoIMAP:
		return "* OK", askTLSIMAP(w)
	case protoPOP3:
		return "+OK", askTLSPOP3(w)
	}
	return "220 ready", askTLSSMTP(w)
}

func askTLSIMAP(w *wire) error {
	if _, err := w.readLine(); err != nil {
		return err
	}
	line, err := w.ask("S1 STARTTLS", func(line string) bool { return !strings.HasPrefix(line, "* ") })
	if err != nil {
		return err
	}
	status, code, text := parseIMAP(strings.TrimPrefix(line, "S1 "))
	if !strings.HasPrefix(line, "S1 ") || status == "" {
		return startTLSJunk(line)
	}
	if status != "OK" {
		return startTLSRefused(code, text)
	}
	return nil
}

func askTLSPOP3(w *wire) error {
	if _, err := w.readLine(); err != nil {
		return err
	}
	line, err := w.ask("STLS", func(string) bool { return true })
	if err != nil {
		return err
	}
	if !isGreeting(protoPOP3, line) {
		return startTLSJunk(line)
	}
	if ok, code, text := parsePOP3(line); !ok {
		return startTLSRefused(code, text)
	}
	return nil
}

func askTLSSMTP(w *wire) error {
	lastLine := func(line string) bool { return len(line) < 4 || line[3] != '-' }
	for {
		line, err := w.readLine()
		if err != nil {
			return err
		}
		if lastLine(line) {
			break
		}
	}
	var reply []string // by itself: of what was said only so much is kept, and more may follow
	keep := func(line string) bool { reply = append(reply, line); return lastLine(line) }
	if _, err := w.ask("EHLO "+ehloName, keep); err != nil {
		return err
	}
	if !offersSMTP(reply, "STARTTLS") {
		return &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "starttls-not-offered"}
	}
	reply = nil
	line, err := w.ask("STARTTLS", keep)
	if err != nil {
		return err
	}
	status, code, text := parseSMTP(reply[:1])
	switch {
	case status == 0:
		return startTLSJunk(line)
	case status != 220:
		refused := startTLSRefused(code, text)
		refused.Status = status
		return refused
	}
	return nil
}

// ask says a line and takes the answer off the wire, up to its last line.
func (w *wire) ask(command string, last func(line string) bool) (string, error) {
	if w.protocol != protoIMAP { // whose servers may speak unasked
		if err := w.outOfTurn(); err != nil {
			return "", err
		}
	}
	if _, err := w.Write([]byte(command + "\r\n")); err != nil {
		return "", err
	}
	for {
		line, err := w.readLine()
		if err != nil || last(line) {
			return line, err
		}
	}
}

func startTLSJunk(line string) *diagnosis.Symptom {
	return &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "starttls-junk", Text: printable(line)}
}

func startTLSRefused(code, text string) *diagnosis.Symptom {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "starttls-refused", Text: text}
	return symptom.With("reply", code)
}
