package verify

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// forLibrary gives what the IMAP library is to read of a line, or nothing: only
// what a proof needs. It parses all that IMAP and its extensions may say, and a
// line can keep its reader busy for ever: a parenthesis among the capabilities
// does (imapclient v2.0.0-beta.8). What a client does not know it must pass over
// in any case (RFC 9051 section 2.2.2).
func (w *wire) forLibrary(line []byte) []byte {
	rest, untagged := bytes.CutPrefix(line, []byte("* "))
	if !untagged {
		return withoutLists(line)
	}
	words := strings.Fields(string(rest[:min(len(rest), 128)]))
	if len(words) == 0 {
		return nil
	}
	kind := strings.ToUpper(words[0])
	switch {
	case kind == "CAPABILITY":
		return withoutLists(line)
	case slices.Contains([]string{"OK", "NO", "BAD", "BYE", "PREAUTH"}, kind):
		if len(words) > 1 && strings.EqualFold(words[1], "[CAPABILITY") {
			return withoutLists(line)
		}
		return []byte("* " + kind + " heard\r\n") // the words are read from our own record
	case strings.HasSuffix(kind, "SEARCH") && w.searches:
		return line
	}
	if _, err := strconv.ParseUint(kind, 10, 32); err == nil && len(words) > 1 && strings.EqualFold(words[1], "EXISTS") {
		return line
	}
	return nil
}

// withoutLists takes the parentheses out of a line with capabilities.
func withoutLists(line []byte) []byte {
	if !bytes.Contains(bytes.ToUpper(line), []byte("CAPABILITY")) {
		return line
	}
	return bytes.ReplaceAll(line, []byte("("), []byte("_"))
}

// wholeLine waits until the next line is there, and of IMAP puts in its place what
// the library is to read. The beginning of a line that then is cut off is no
// answer, although all libraries would take it for one.
func (w *wire) wholeLine() error {
	for {
		w.mu.Lock()
		if end := bytes.IndexByte(w.ahead, '\n') + 1; end > 0 {
			if w.protocol != protoIMAP {
				w.mu.Unlock()
				return nil
			}
			kept := w.forLibrary(w.ahead[:end])
			if from := end - len(kept); from >= 0 { // in its place: what is behind it is not moved for every line
				w.ahead = w.ahead[from:]
				copy(w.ahead, kept)
			} else {
				w.ahead = append(append([]byte(nil), kept...), w.ahead[end:]...)
			}
			if len(kept) > 0 {
				w.mu.Unlock()
				return nil
			}
			w.mu.Unlock()
			continue
		}
		w.mu.Unlock()
		if err := w.fill(); err != nil {
			return err
		}
	}
}
