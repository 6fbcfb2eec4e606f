package verify

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"

	"gmailoauth/internal/google"
)

// Bounds on what a server may say. Gmail's longest line is its list of
// capabilities, under 300 bytes; a whole proof hears less than 4 KiB.
const (
	maxLine  = 16 << 10  // bytes without an end of line
	maxTalk  = 512 << 10 // bytes in one connection
	maxKept  = 64        // lines kept as evidence
	maxQuote = 1 << 10   // bytes kept of a line
)

var (
	errTooLong  = errors.New("the server's line does not end")
	errTooMuch  = errors.New("the server does not stop talking")
	errExchange = errors.New("the exchange is over")
)

// wire is one connection as the protocol libraries see it. It stands between
// them and the server because each needs a cure:
//
//   - imapclient and go-smtp set deadlines of their own (30 s, 5 min): here they
//     do nothing, and the check's context closes the connection instead;
//   - imapclient writes an empty answer to a challenge as "=", which Dovecot
//     refuses as bad base64 (go-imap issue 760): rewritten to an empty line;
//   - imapclient waits for ever if the verdict comes in one packet with the
//     challenge: what follows a "+" is held back until the answer was written;
//   - imapclient asks for the capabilities again when a login is done, beside
//     all else; nobody here wants them, and an answer on its way when we hang up
//     makes the system reset the connection, with the LOGOUT in it: not sent,
//     but where a message will be searched for, which waits for them;
//   - imapclient parses all of IMAP: it is given what a proof needs, see forLibrary;
//   - go-smtp and net/textproto take what was cut off in the middle for a line:
//     they are given whole ones;
//   - go-smtp says "*" after every refusal and waits for a reply: not sent;
//   - neither gives the server's words on success, and imapclient reads lines
//     of any length: lines are recorded here, and bounded.
//
// One goroutine reads, any may write.
type wire struct {
	raw      net.Conn // TCP
	conn     net.Conn // what is spoken over: raw, or TLS on it
	protocol string
	server   google.Server
	searches bool // a message will be searched for here; set before any use

	mu      sync.Mutex
	answers *sync.Cond // signals that something was written, or closed
	closed  bool
	held    bool
	ahead   []byte // received, not yet read by the library
	midLine bool   // the next byte of ahead goes on with a line
	asking  bool   // that line is a "+" of IMAP
	failure error  // why reading or writing ended, unless we closed

	line     []byte // the line that is being received, up to maxQuote
	lineSize int
	talk     int
	lines    []string // the last maxKept lines
	said     int      // lines received in all
	tags     map[string]string

	heard  func(protocol, endpoint string, sent bool, line string) // nil: nobody is told
	saying []byte                                                  // the line that is being sent, if somebody is told
}

func newWire(raw net.Conn, protocol string, server google.Server) *wire {
	w := &wire{raw: raw, conn: raw, protocol: protocol, server: server, tags: map[string]string{}}
	w.answers = sync.NewCond(&w.mu)
	return w
}

// Read gives the library at most one line at a time.
func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	for w.held && !w.closed {
		w.answers.Wait()
	}
	midLine, failure := w.midLine, w.failure
	w.mu.Unlock()
	if errors.Is(failure, errTooLong) || errors.Is(failure, errTooMuch) {
		return 0, io.EOF // of other errors the IMAP library takes some for a pause, and reads on
	}
	if !midLine { // else the rest of a whole one is there
		if err := w.wholeLine(); err != nil {
			return 0, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.midLine {
		w.asking = w.protocol == protoIMAP && w.ahead[0] == '+'
	}
	chunk := w.ahead
	if end := bytes.IndexByte(chunk, '\n'); end >= 0 {
		chunk = chunk[:end+1]
	}
	n := copy(p, chunk)
	if n > 0 {
		w.midLine = w.ahead[n-1] != '\n'
		w.held = w.asking && !w.midLine
	}
	w.ahead = w.ahead[n:]
	return n, nil
}

// fill waits for more and keeps it in ahead.
func (w *wire) fill() error {
	var buffer [4096]byte
	n, err := w.conn.Read(buffer[:])
	w.mu.Lock()
	defer w.mu.Unlock()
	if n > 0 {
		err = w.record(buffer[:n])
		w.ahead = append(w.ahead, buffer[:n]...)
	}
	w.fail(err)
	return err
}

// fail remembers the first reason, except what our own closing caused.
func (w *wire) fail(err error) {
	if err != nil && w.failure == nil && !w.closed {
		w.failure = err
	}
}

// Write sends what the library says, with two cures.
func (w *wire) Write(p []byte) (int, error) {
	sent := p
	switch {
	case w.protocol == protoIMAP && string(p) == "=\r\n":
		sent = []byte("\r\n")
	case w.protocol == protoSMTP && string(p) == "*\r\n":
		return 0, errExchange
	}
	if words := strings.Fields(string(p[:min(len(p), 64)])); w.protocol == protoIMAP && len(words) > 1 {
		w.mu.Lock()
		_, triedLogin := w.tags["AUTHENTICATE"]
		unwanted := triedLogin && words[1] == "CAPABILITY" && !w.searches && !w.closed
		if !unwanted {
			w.tags[words[1]] = words[0]
		}
		w.mu.Unlock()
		if unwanted {
			return len(p), nil
		}
	}
	w.tellSent(sent)
	_, err := w.conn.Write(sent)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail(err)
	w.held = false
	w.answers.Broadcast()
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close ends TLS properly, then the connection.
func (w *wire) Close() error { return w.end(w.conn) }

// abort closes at once, whatever anybody waits for.
func (w *wire) abort() { _ = w.end(w.raw) }

func (w *wire) end(conn net.Conn) error {
	w.mu.Lock()
	w.closed = true
	w.answers.Broadcast()
	w.mu.Unlock()
	return conn.Close()
}
