package verify

import (
	"context"
	"sync"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/xoauth2"
)

// Protocols, as the ids of their checks begin.
const (
	protoIMAP = "imap"
	protoSMTP = "smtp"
	protoPOP3 = "pop3"
)

// track is the proof of one endpoint.
type track struct {
	protocol string
	server   google.Server
	missing  bool // asked for, but the provider has none
}

// answer is what a server said to a step that went well.
type answer struct {
	evidence string
	facts    map[string]string
	began    time.Time // when the step was begun, if that was before it was waited for
}

// session is an open connection that speaks its protocol. Errors are a
// *refusal where the server gave a whole answer, else the connection's own.
type session interface {
	login(client *xoauth2.Client) (answer, error)
	mailbox() (answer, error) // not called for SMTP
	leave(wait bool)          // says goodbye and closes; waits for the server to hang up only if told to
}

// refusal is a Symptom with the lines that it was read from.
type refusal struct {
	symptom  *diagnosis.Symptom
	evidence string
}

func (e *refusal) Error() string { return e.symptom.Error() }
func (e *refusal) Unwrap() error { return e.symptom }

// prove carries out the checks of one endpoint: a connection for each
// mechanism, one after the other, since a mailbox may allow but one (POP3 does).
func (r *run) prove(ctx context.Context, t track) []finding.Finding {
	p := &proof{run: r, track: t}
	if t.protocol == protoIMAP {
		defer r.test.imapReady(false)
	}
	for i, mechanism := range r.box.SASL {
		if i > 0 && p.connect.Status != finding.Pass {
			p.auth(mechanism, "skip.not-connected")
			continue
		}
		p.connection(ctx, mechanism, i == 0, i == len(r.box.SASL)-1)
	}
	found := append([]finding.Finding{p.connect}, p.auths...)
	if t.protocol == protoSMTP {
		return found
	}
	if p.box.Status == "" {
		p.box = finding.Finding{ID: t.protocol + ".mailbox", Status: finding.Skip, Endpoint: p.endpoint(), Reason: p.noMailbox()}
	}
	return append(found, p.box)
}

// proof is what was found so far at one endpoint.
type proof struct {
	*run
	track
	connect finding.Finding
	auths   []finding.Finding
	box     finding.Finding
}

func (p *proof) endpoint() string {
	if p.missing {
		return ""
	}
	return p.server.Addr()
}

func (p *proof) noMailbox() string {
	switch {
	case p.missing:
		return "skip.not-offered"
	case p.connect.Status != finding.Pass:
		return "skip.not-connected"
	case p.bearer.err != nil:
		return "skip.no-token"
	}
	return "skip.not-authenticated"
}

// connection is one connection from the dial to the goodbye.
func (p *proof) connection(ctx context.Context, mechanism string, first, last bool) {
	if p.missing {
		p.connect = finding.Finding{ID: p.protocol + ".connect", Status: finding.Skip, Reason: "skip.not-offered"}
		p.auth(mechanism, "skip.not-offered")
		return
	}
	var s session
	var w *wire
	client := sync.OnceValue(func() *xoauth2.Client { return p.client(mechanism, p.server) })
	connect := p.check(ctx, p.protocol+".connect", "", func(ctx context.Context) (a answer, err error) {
		w, s, a, err = p.connectSession(ctx, mechanism, client)
		return a, err
	}, func() *wire { return w })
	if first {
		p.connect = connect
	}
	if s == nil {
		if first {
			p.auth(mechanism, "skip.not-connected")
			return
		}
		connect.ID, connect.Mechanism = p.protocol+".auth", mechanism
		p.auths = append(p.auths, connect)
		return
	}
	defer p.leave(ctx, w, s, !last)
	select {
	case <-p.bearer.got:
	case <-ctx.Done(): // the token's own check ends with ctx as well
		<-p.bearer.got
	}
	if p.bearer.err != nil {
		p.auth(mechanism, "skip.no-token")
		return
	}
	p.proveLogin(ctx, w, s, client())
}

// leave ends a connection. If another one follows, the server must have hung up
// before: until then it may hold the mailbox (POP3 does).
func (p *proof) leave(ctx context.Context, w *wire, s session, wait bool) {
	ctx, cancel := context.WithTimeout(ctx, p.run.box.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, w.abort)()
	s.leave(wait)
}

func (p *proof) proveLogin(ctx context.Context, w *wire, s session, client *xoauth2.Client) {
	auth := p.check(ctx, p.protocol+".auth", client.Mechanism(), func(context.Context) (answer, error) {
		return s.login(client)
	}, func() *wire { return w })
	if auth.Symptom != nil {
		auth.Symptom = p.verdict(p.cleanChallenge(auth.Symptom, client))
	}
	p.auths = append(p.auths, auth)
	if auth.Status != finding.Pass {
		return
	}
	if p.protocol == protoSMTP {
		p.test.send(ctx, p, w, s)
		return
	}
	if p.box.Status == "" {
		p.box = p.check(ctx, p.protocol+".mailbox", "", func(context.Context) (answer, error) {
			return s.mailbox()
		}, func() *wire { return w })
		if p.protocol == protoIMAP && p.box.Status == finding.Pass {
			p.test.find(ctx, p, w, s)
		}
	}
}

// auth notes a login that was not tried.
func (p *proof) auth(mechanism, reason string) {
	p.auths = append(p.auths, finding.Finding{ID: p.protocol + ".auth", Status: finding.Skip,
		Endpoint: p.endpoint(), Mechanism: mechanism, Reason: reason})
}

// connectSession dials, and reads what there is to read before a login.
func (p *proof) connectSession(ctx context.Context, mechanism string, client func() *xoauth2.Client) (*wire, session, answer, error) {
	w, err := p.open(ctx, p.track)
	if err != nil {
		return nil, nil, answer{}, err
	}
	w.searches = p.test != nil
	defer context.AfterFunc(ctx, w.abort)()
	greeting, err := p.dial(ctx, p.track, w)
	var s session
	if err == nil {
		s, err = newSession(w, p.coming(mechanism, greeting, client))
	}
	if err != nil {
		_ = w.Close()
		return w, nil, answer{}, withEvidence(err, greeting)
	}
	return w, s, answer{evidence: greeting}, nil
}
