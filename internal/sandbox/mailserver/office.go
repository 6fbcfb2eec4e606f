package mailserver

import (
	"bytes"
	"embed"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// maxHeld bounds all delivered mail together, in bytes.
const maxHeld = 256 << 20

//go:embed samples/*.eml
var samples embed.FS

// office keeps the mailboxes. One exists while a session is in it, or when mail
// was delivered to it; every other is made anew when somebody asks, always with
// the same three messages, so that ten thousand of them weigh nothing.
// Flags, folders and deletions end with the mailbox's last session.
type office struct {
	now func() time.Time

	mu    sync.Mutex
	boxes map[string]*box // by address in lower case
	held  int
}

type box struct {
	delivered [][]byte
	sessions  int
	user      *imapmemserver.User // nil while nobody is in it by IMAP
}

func newOffice(now func() time.Time) *office {
	return &office{now: now, boxes: map[string]*box{}}
}

// messages gives the mail in the INBOX, oldest first. Do not change it.
func (o *office) messages(email string) [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := sampleMail(email)
	if b := o.boxes[strings.ToLower(email)]; b != nil {
		all = append(all, b.delivered...)
	}
	return all
}

// open gives the mailbox to an IMAP session, which closes it again.
func (o *office) open(email string) *imapmemserver.User {
	key := strings.ToLower(email)
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.boxes[key]
	if b == nil {
		b = &box{}
		o.boxes[key] = b
	}
	b.sessions++
	if b.user == nil {
		b.user = imapmemserver.NewUser(email, "")
		_ = b.user.Create("INBOX", nil) // the first there is
		for _, mail := range append(sampleMail(email), b.delivered...) {
			o.put(b.user, mail)
		}
	}
	return b.user
}

func (o *office) put(user *imapmemserver.User, mail []byte) {
	// From memory into memory, into a folder that exists unless its owner deleted it.
	_, _ = user.Append("INBOX", bytes.NewReader(mail), &imap.AppendOptions{Time: o.now()})
}

// close ends what open began.
func (o *office) close(email string) {
	key := strings.ToLower(email)
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.boxes[key]
	if b.sessions--; b.sessions > 0 {
		return
	}
	b.user = nil
	if len(b.delivered) == 0 {
		delete(o.boxes, key)
	}
}

// deliver puts a message into a mailbox, also under the eyes of who is in it.
// It reports whether there was room.
func (o *office) deliver(email string, mail []byte) bool {
	key := strings.ToLower(email)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held+len(mail) > maxHeld {
		return false
	}
	o.held += len(mail)
	b := o.boxes[key]
	if b == nil {
		b = &box{}
		o.boxes[key] = b
	}
	b.delivered = append(b.delivered, slices.Clone(mail))
	if b.user != nil {
		o.put(b.user, mail)
	}
	return true
}

// sampleMail gives the three messages that stand in every mailbox.
func sampleMail(email string) [][]byte {
	blanks := strings.NewReplacer("{email}", email, "{key}", mailID(email, 0), "\n", "\r\n")
	var mails [][]byte
	files, _ := samples.ReadDir("samples") // embedded
	for _, file := range files {
		text, _ := samples.ReadFile("samples/" + file.Name())
		mails = append(mails, []byte(blanks.Replace(string(text))))
	}
	return mails
}

// mailID identifies message n of a mailbox, for good.
func mailID(email string, n int) string {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %d", strings.ToLower(email), n)
	return fmt.Sprintf("%016x", h.Sum64())
}
