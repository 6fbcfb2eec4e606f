package mailserver

import (
	"bufio"
	"bytes"
	"fmt"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// maildrop is the INBOX as it was at the login.
type maildrop struct {
	email   string
	mails   [][]byte
	deleted []bool // in this session only: what POP3 deletes stays in the mailbox
}

// answer gives the lines that answer a command.
func (d *maildrop) answer(verb, args string) []string {
	words := strings.Fields(args)
	n, known := 0, false
	if len(words) > 0 {
		n, _ = strconv.Atoi(words[0])
		known = n > 0 && n <= len(d.mails) && !d.deleted[n-1]
	}
	switch {
	case verb == "STAT":
		count, size := d.sum()
		return []string{fmt.Sprintf("+OK %d %d", count, size)}
	case verb == "RSET":
		clear(d.deleted)
		return []string{"+OK"}
	case verb == "NOOP":
		return []string{"+OK"}
	case len(words) == 0 && (verb == "LIST" || verb == "UIDL"):
		return d.list(verb)
	case !known:
		return []string{"-ERR Message number out of range."}
	case verb == "DELE":
		d.deleted[n-1] = true
		return []string{"+OK marked for deletion"}
	case verb == "RETR":
		return d.text(n, -1)
	case verb == "TOP":
		if len(words) < 2 {
			return []string{"-ERR bad command"}
		}
		if body, err := strconv.Atoi(words[1]); err == nil && body >= 0 {
			return d.text(n, body)
		}
		return []string{"-ERR bad command"}
	}
	return []string{"+OK " + d.row(verb, n)}
}

func (d *maildrop) sum() (count, size int) {
	for i, mail := range d.mails {
		if !d.deleted[i] {
			count++
			size += len(mail)
		}
	}
	return count, size
}

func (d *maildrop) row(verb string, n int) string {
	if verb == "UIDL" {
		return fmt.Sprintf("%d GmailId%s", n, mailID(d.email, n))
	}
	return fmt.Sprintf("%d %d", n, len(d.mails[n-1]))
}

func (d *maildrop) list(verb string) []string {
	count, size := d.sum()
	lines := []string{fmt.Sprintf("+OK %d messages (%d bytes)", count, size)}
	for i := range d.mails {
		if !d.deleted[i] {
			lines = append(lines, d.row(verb, i+1))
		}
	}
	return append(lines, ".")
}

// text gives a message, of whose body only so many lines are wanted; -1 is all.
func (d *maildrop) text(n, body int) []string {
	mail := d.mails[n-1]
	if head := bytes.Index(mail, []byte("\r\n\r\n")); body >= 0 && head >= 0 {
		lines := slices.Collect(bytes.Lines(mail[head+4:]))
		mail = slices.Concat(mail[:head+4], bytes.Join(lines[:min(body, len(lines))], nil))
	}
	var dotted bytes.Buffer
	w := textproto.NewWriter(bufio.NewWriter(&dotted)).DotWriter()
	_, _ = w.Write(mail)
	_ = w.Close() // into memory
	return []string{"+OK message follows", strings.TrimSuffix(dotted.String(), "\r\n")}
}
