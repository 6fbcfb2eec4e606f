package main

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/report"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/wizard"
)

// consentOptions are what a consent may differ in.
type consentOptions struct {
	RedirectPort int  // 0: chosen
	NoBrowser    bool // print the address, open nothing
	// Browser opens the address; nil: the admin's.
	Browser func(ctx context.Context, address string) error
	// Deadline of the person; 0: oauth.ConsentDeadline.
	Deadline time.Duration
	// NoPaste leaves stdin alone, for a caller that reads it.
	NoPaste bool
	// Another is one of several: where we are was said with the first.
	Another bool
	// Stranded is told the refusal of a page of Google's that the admin sees,
	// and ends the consent with what it returns, if that is not nil; nil: it is
	// explained, and the waiting goes on.
	Stranded func(*diagnosis.Symptom) error
}

// oauthServer is the authorization server of the provider.
func (a *app) oauthServer() (*oauth.Server, error) {
	p, err := a.provider()
	if err != nil {
		return nil, err
	}
	client, err := a.httpClient()
	if err != nil {
		return nil, err
	}
	return &oauth.Server{HTTP: client, Provider: p, Now: a.now}, nil
}

// consent has a person consent in a browser: with the address on stdout if no
// browser is opened, and nothing else there. It says on stderr what happens.
// What is returned beside an error must not be kept.
func (a *app) consent(ctx context.Context, client account.Client, email string, o consentOptions) (account.Token, account.Identity, error) {
	server, err := a.oauthServer()
	if err != nil {
		return account.Token{}, account.Identity{}, err
	}
	uri, registered, err := oauth.RedirectFor(client, o.RedirectPort)
	if err != nil {
		return account.Token{}, account.Identity{}, err
	}
	c := &consenting{app: a, email: email, options: o, opened: make(chan string, 1)}
	if !registered {
		link := google.Link("client", map[string]string{"client_id": client.ID, "project": client.Project(), "authuser": email})
		c.tell("consent.register", "redirect_uri", uri, "link", link)
	}
	request := oauth.Request{
		Client: client, Account: email, RedirectURI: uri, Deadline: o.Deadline, Timeout: a.flags.timeout,
		Show: c.show, Browser: c.open, Refused: c.refused, Words: a.words(),
		Explain: func(s *diagnosis.Symptom) (string, string, string) {
			d := a.explain(s)
			return a.hide.Clean(d.Error), a.hide.Clean(d.Cause), a.hide.Clean(d.Fix)
		},
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if a.interactive() && !o.NoPaste {
		request.Paste = c.waiting(request, cancel)
	}
	token, identity, err := server.Authorize(ctx, request)
	a.hide.Hide(token.Access, token.Refresh, token.IDToken)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause // what they said of the page
	}
	return token, identity, err
}

// adopt takes a refresh token that was made elsewhere in place of a consent.
func (a *app) adopt(ctx context.Context, client account.Client, email string, refresh secret.Text) (account.Token, account.Identity, error) {
	server, err := a.oauthServer()
	if err != nil {
		return account.Token{}, account.Identity{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.flags.timeout)
	defer cancel()
	token, identity, err := server.Adopt(ctx, client, email, refresh)
	a.hide.Hide(token.Access, token.Refresh, token.IDToken)
	return token, identity, err
}

// consenting says what happens while a person consents. Its methods are called
// from more than one goroutine.
type consenting struct {
	app     *app
	email   string
	options consentOptions
	opened  chan string // the address, once all is said of it
	mu      sync.Mutex
}

func (c *consenting) tell(id string, pairs ...any) { c.tellText(c.app.words().Say(id, pairs...)) }

func (c *consenting) tellText(text string) {
	text = c.app.hide.Clean(text)
	if c.app.term.ErrTTY { // broken between words, addresses whole
		wizard.New(wizard.Options{Terminal: c.app.term, Words: c.app.words()}).Say(text)
		return
	}
	_, _ = fmt.Fprintln(c.app.term.Err, text)
}

// show is called when we listen.
func (c *consenting) show(_, redirectURI string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell("consent.sign_in", "account", c.email)
	c.app.trace.step("callback " + redirectURI + " listening")
	if !c.options.Another {
		c.far(redirectURI)
	}
	if c.app.interactive() && !c.options.NoPaste {
		c.tell("consent.paste", "redirect_uri", redirectURI)
		if !c.app.term.Rich { // else it stands among the keys
			c.tell("consent.page")
		}
	}
}

// open opens the browser, or prints the address if there is none to open. The
// address is the one line of stdout that begins as an address does.
func (c *consenting) open(ctx context.Context, address string) error {
	open := c.options.Browser
	if open == nil {
		open = func(ctx context.Context, address string) error {
			return c.app.openBrowser(ctx, address, c.app.env)
		}
	}
	if c.options.NoBrowser {
		open = func(context.Context, string) error { return terminal.ErrNoBrowser }
	}
	err := open(ctx, address)
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.opened <- address }()
	switch {
	case c.options.Browser != nil:
		return err
	case err == nil:
		c.tell("consent.opening")
		_, _ = fmt.Fprintf(c.app.term.Err, "\n  %s\n\n", address)
	case ctx.Err() != nil:
		return err
	default:
		c.tell("consent.address")
		_, _ = fmt.Fprintln(c.app.term.Out, address)
	}
	if c.app.interactive() && !c.options.NoPaste && c.app.term.Rich {
		return err // the clock says it
	}
	limit := c.limit()
	c.tell("consent.waiting", "limit", fmt.Sprintf("%d:%02d", int(limit.Minutes()), int(limit.Seconds())%60))
	return err
}

// limit is how long we wait for the person.
func (c *consenting) limit() time.Duration { return cmp.Or(c.options.Deadline, oauth.ConsentDeadline) }

// refused says why a pasted line is no answer.
func (c *consenting) refused(s *diagnosis.Symptom) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = report.FourLines(c.app.term.Err, c.app.reportOptions(c.app.term.ErrTTY), c.app.explain(s))
}
