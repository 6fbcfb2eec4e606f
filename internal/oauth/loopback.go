package oauth

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gmailoauth/internal/diagnosis"
)

// Limits of the listener. A browser's request is far below them; a local
// program that holds connections open is dropped after slowest.
const (
	maxRequestHeader = 16 << 10
	slowest          = 10 * time.Second
	farewell         = 300 * time.Millisecond // for the page to reach the browser
)

// listener waits on loopback for the one answer. Any number of connections may
// stand open; only a GET of its own path, with its own address as Host and the
// right state, is an answer, and only the first.
type listener struct {
	at     loopback
	accept func(query url.Values) (outcome, error) // an error: this is no answer
	page   func(outcome) page
	stray  page

	answer  chan outcome // holds one
	once    sync.Once
	server  *http.Server
	serving sync.WaitGroup
}

// outcome is what an answer says: a code, or what went wrong.
type outcome struct {
	code    string
	symptom *diagnosis.Symptom
}

// listen opens the sockets; serve answers on them. A port 0 is replaced by the
// one that was given.
func listen(ctx context.Context, at loopback) (loopback, []net.Listener, error) {
	var sockets []net.Listener
	for _, host := range at.hosts {
		socket, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(at.port)))
		if err != nil && len(sockets) > 0 && !errors.Is(err, syscall.EADDRINUSE) {
			continue // localhost on a machine without IPv6
		}
		if err != nil {
			for _, open := range sockets {
				_ = open.Close()
			}
			return at, nil, cannotListen(at, err)
		}
		sockets = append(sockets, socket)
		if at.port == 0 {
			at.port = socket.Addr().(*net.TCPAddr).Port
			at.authority = net.JoinHostPort(host, strconv.Itoa(at.port))
			at.uri = "http://" + at.authority + at.path
		}
	}
	return at, sockets, nil
}

func cannotListen(at loopback, err error) error {
	code := "cannot-listen"
	const inUseOnWindows, deniedOnWindows = syscall.Errno(10048), syscall.Errno(10013)
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case syscall.EADDRINUSE, inUseOnWindows:
		code = "port-in-use"
	case syscall.EACCES, deniedOnWindows:
		code = "port-not-allowed"
	}
	return &diagnosis.Symptom{Where: diagnosis.AtCallback, Code: code, Text: oneLine(err.Error(), 300), Err: err,
		Facts: map[string]string{"port": strconv.Itoa(at.port), "redirect_uri": at.uri}}
}

// serve answers on the sockets until close.
func (l *listener) serve(sockets []net.Listener) {
	l.answer = make(chan outcome, 1)
	l.server = &http.Server{
		Handler:                      l,
		MaxHeaderBytes:               maxRequestHeader,
		ReadTimeout:                  slowest,
		WriteTimeout:                 slowest,
		IdleTimeout:                  slowest,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0),
	}
	for _, socket := range sockets {
		l.serving.Go(func() { _ = l.server.Serve(socket) })
	}
}

// close lets the page get out, then ends every connection and goroutine.
func (l *listener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = l.server.Shutdown(ctx)
	_ = l.server.Close()
	l.serving.Wait()
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	if r.URL.EscapedPath() != l.at.path || !strings.EqualFold(r.Host, l.at.authority) {
		l.stray.write(w, http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		l.stray.write(w, http.StatusMethodNotAllowed)
		return
	}
	answer, err := l.accept(r.URL.Query())
	first := false
	if err == nil {
		l.once.Do(func() { first = true })
	}
	if !first {
		l.stray.write(w, http.StatusNotFound)
		return
	}
	l.page(answer).write(w, http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	l.answer <- answer
}
