package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/sandbox/authserver"
)

// maxPages is how many pages a consent may take before we give up on it.
const maxPages = 12

// Consent does what a person does in a browser: it opens the authorization
// address, chooses the account, allows everything that is asked for, and follows
// the redirect to the listener that waits on this machine. It returns when that
// listener has answered.
//
// Where Google strands people on an error page, the error is a
// *diagnosis.Symptom at authorize with the words of the page, and with its
// address as the fact page if the address tells the refusal.
func (s *Sandbox) Consent(ctx context.Context, authorizationURL, email string) error {
	transport := &http.Transport{TLSClientConfig: s.TLS()} // no proxy: everything is on this machine
	defer transport.CloseIdleConnections()
	b := browser{
		email: email,
		ours:  s.owns,
		http: &http.Client{
			Transport: transport, Timeout: time.Minute,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	return b.walk(ctx, authorizationURL)
}

// owns reports whether an address is one of our pages.
func (s *Sandbox) owns(u *url.URL) bool {
	return strings.HasPrefix(u.String(), s.provider.Issuer+"/") || strings.HasPrefix(u.String(), s.console)
}

type browser struct {
	email string
	ours  func(*url.URL) bool
	http  *http.Client
}

func (b *browser) walk(ctx context.Context, start string) error {
	at, err := url.Parse(start)
	if err != nil {
		return fmt.Errorf("read the authorization address: %w", err)
	}
	if !b.ours(at) {
		return errors.New("the authorization address is not of this sandbox")
	}
	var form url.Values // nil: GET
	for range maxPages {
		if !b.ours(at) {
			return b.deliver(ctx, at)
		}
		if err := stranded(at); err != nil {
			return err
		}
		next, fields, err := b.open(ctx, at, form)
		if err != nil {
			return err
		}
		at, form = next, fields
	}
	return fmt.Errorf("no end of consent after %d pages", maxPages)
}

// open loads one page, or sends its form, and says where to go from there.
func (b *browser) open(ctx context.Context, at *url.URL, form url.Values) (*url.URL, url.Values, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, nil, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	reply, err := b.http.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", at.Path, withoutQuery(err))
	}
	defer func() { _ = reply.Body.Close() }()
	if location := reply.Header.Get("Location"); location != "" {
		to, err := at.Parse(location)
		return to, nil, err
	}
	page, err := readPage(io.LimitReader(reply.Body, 1<<20), b.email)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", at.Path, err)
	}
	if !page.form || reply.StatusCode != http.StatusOK {
		words := strings.Join(strings.Fields(page.text), " ")
		return nil, nil, &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Status: reply.StatusCode,
			Text: words[:min(len(words), 500)], Endpoint: at.Host + at.Path}
	}
	to, err := at.Parse(page.action)
	return to, page.fields, err
}

// stranded is the refusal that the address of an error page carries.
func stranded(at *url.URL) error {
	value := at.Query().Get("authError")
	if value == "" {
		return nil
	}
	e, err := authserver.DecodeAuthError(value)
	if err != nil {
		return err
	}
	return &diagnosis.Symptom{Where: diagnosis.AtAuthorize, Code: e.Code, Text: e.Text, Status: e.Status, Endpoint: at.Host + at.Path,
		Facts: map[string]string{"page": at.String()}}
}

// deliver follows the redirect, but only to this machine: what waits elsewhere
// is not ours to call.
func (b *browser) deliver(ctx context.Context, at *url.URL) error {
	if ip := net.ParseIP(at.Hostname()); at.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("the redirect leads to %s, not to this machine", at.Host)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return err
	}
	reply, err := b.http.Do(req)
	if err != nil {
		return fmt.Errorf("deliver the redirect to %s: %w", at.Host, withoutQuery(err))
	}
	defer func() { _ = reply.Body.Close() }()
	if _, err := io.Copy(io.Discard, io.LimitReader(reply.Body, 1<<20)); err != nil {
		return fmt.Errorf("read the page of %s: %w", at.Host, err)
	}
	if reply.StatusCode >= 400 && !at.Query().Has("error") {
		return fmt.Errorf("deliver the redirect to %s: it answered %d", at.Host, reply.StatusCode)
	}
	return nil
}

// withoutQuery drops the address, which holds code and state, from an error of
// net/http.
func withoutQuery(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
