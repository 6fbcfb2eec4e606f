package mailserver

import (
	"bytes"
	"io"
	"net"
	"sync"
)

// dialect is what a protocol has to say between a client and a library.
type dialect interface {
	// command sees a line of the client, with its end, and gives what the
	// library is to read instead; nothing, when it has answered itself. An
	// error ends the session.
	command(line []byte) ([]byte, error)
	// reply sees a line of the library, with its end, and gives what the client
	// is to read instead.
	reply(line []byte) []byte
}

// relay is the connection that a library's server is given: the client is
// logged in already, and the library sees only the commands that are left to it.
//
// Read hands out one line at a time, so a library has answered a command before
// the next one is looked at, also when a client sends many at once.
type relay struct {
	*session
	email   string
	dialect dialect
	closed  chan struct{}
	once    sync.Once
	pending []byte // for the library to read; its own goroutine alone

	mu   sync.Mutex // of what follows, and of the dialect: IDLE writes beside the reader
	body int64      // so many bytes of the client's are no command
	out  []byte     // begun line of the library
}

func newRelay(s *session, email string) *relay {
	return &relay{session: s, email: email, closed: make(chan struct{})}
}

// Read gives the library what it is to see.
func (r *relay) Read(p []byte) (int, error) {
	for len(r.pending) == 0 {
		if n := r.bodyLeft(); n > 0 {
			n, err := r.lines.Read(p[:min(int64(len(p)), n)])
			r.mu.Lock()
			r.body -= int64(n)
			r.mu.Unlock()
			return n, err
		}
		line, err := r.readLine()
		if err != nil {
			return 0, io.EOF
		}
		r.mu.Lock()
		r.pending, err = r.dialect.command(line)
		r.mu.Unlock()
		if err != nil {
			return 0, io.EOF
		}
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

func (r *relay) bodyLeft() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.body
}

// Write passes on what the library says.
func (r *relay) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = append(r.out, p...)
	var said []byte
	for {
		end := bytes.IndexByte(r.out, '\n')
		if end < 0 {
			break
		}
		said = append(said, r.dialect.reply(r.out[:end+1])...)
		r.out = r.out[end+1:]
	}
	if len(said) > 0 {
		if _, err := r.session.Write(said); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close is the library's word that it has finished.
func (r *relay) Close() error {
	r.once.Do(func() { close(r.closed) })
	return nil
}

// library is a library's server, fed with connections that are logged in.
type library struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	stop  func()
	tasks sync.WaitGroup
}

// newLibrary starts serve, which takes connections until stop.
func newLibrary(serve func(net.Listener) error, stop func()) *library {
	l := &library{conns: make(chan net.Conn), done: make(chan struct{}), stop: stop}
	l.tasks.Go(func() { _ = serve(l) })
	return l
}

// Accept gives the next session.
func (l *library) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close stops Accept.
func (l *library) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is nowhere: sessions come from the doors.
func (l *library) Addr() net.Addr { return &net.TCPAddr{} }

// close ends the server, behind its last session. Serve must have returned
// before stop: go-imap's Close may not run beside the beginning of its Serve.
func (l *library) close() {
	_ = l.Close()
	l.tasks.Wait()
	l.stop()
}
