package authserver

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gmailoauth/internal/account"
)

// What a grant lives, by google.md 3.1 to 3.5.
const (
	codeLife    = 10 * time.Minute
	accessLife  = 3599 * time.Second
	testingLife = 604799 * time.Second
	idleLife    = 4380 * time.Hour // six months without use
	forgotten   = 12 * time.Hour   // then a dead refresh token is merely unknown
	maxRefresh  = 100              // live refresh tokens of one account and client
)

// project is a Google Cloud project with its consent screen.
type project struct {
	ID           string
	Publishing   account.Publishing
	Organization string   // of an Internal app: a domain; empty lets everybody in
	TestUsers    []string // empty: everybody is a test user
}

// admits is Google's refusal of an account, or nil.
func (p *project) admits(email string) *AuthError {
	_, domain, _ := strings.Cut(email, "@")
	switch {
	case p.Publishing == account.Internal && p.Organization != "" && !strings.EqualFold(domain, p.Organization):
		return refusal("org-internal")
	case p.Publishing == account.Testing && len(p.TestUsers) > 0 && !slices.Contains(p.TestUsers, email):
		return refusal("not-a-test-user", "{contact}", "developer@example.com")
	}
	return nil
}

// owner is whom and what a token was made for.
type owner struct {
	email, clientID, project string
	scopes                   []string // as reported
	offline                  bool
}

type code struct {
	owner
	redirect          string
	challenge, method string
	wantsRefresh      bool
	expires           time.Time
}

type refreshToken struct {
	owner
	born, used time.Time
	life       time.Duration // 0: no end
	died       time.Time     // zero while it lives
}

type accessToken struct {
	owner
	refresh string
	expires time.Time
}

// consent is an earlier yes: Google keeps it by project, for all its clients.
type consent struct{ email, project string }

// holder has up to a hundred live refresh tokens.
type holder struct{ email, clientID string }

// ledger is all that the server remembers. The Server's mutex guards it.
type ledger struct {
	projects map[string]*project
	clients  []*client
	codes    map[string]*code
	refresh  map[string]*refreshToken
	live     map[holder][]*refreshToken // in the order of their birth; may hold dead ones
	access   map[string]*accessToken
	consents map[consent][]string
	sweepAt  int // number of entries at which dead ones are thrown out
}

func newLedger() ledger {
	return ledger{
		projects: map[string]*project{}, codes: map[string]*code{}, refresh: map[string]*refreshToken{},
		live: map[holder][]*refreshToken{}, access: map[string]*accessToken{}, consents: map[consent][]string{}, sweepAt: 1024,
	}
}

func (l *ledger) client(id string) *client {
	i := slices.IndexFunc(l.clients, func(c *client) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return l.clients[i]
}

// project gives a project, which is made when it is first named.
func (s *Server) project(id string) *project {
	p := s.state.projects[id]
	if p == nil {
		p = &project{ID: id, Publishing: s.publishing}
		s.state.projects[id] = p
	}
	return p
}

// sweep keeps the ledger small, however many tokens were asked for.
func (l *ledger) sweep(now time.Time) {
	if len(l.codes)+len(l.access)+len(l.refresh) < l.sweepAt {
		return
	}
	maps.DeleteFunc(l.codes, func(_ string, c *code) bool { return now.After(c.expires) })
	maps.DeleteFunc(l.access, func(_ string, a *accessToken) bool { return now.After(a.expires) })
	maps.DeleteFunc(l.refresh, func(_ string, r *refreshToken) bool {
		return !r.died.IsZero() && now.Sub(r.died) > forgotten
	})
	l.sweepAt = max(1024, 2*(len(l.codes)+len(l.access)+len(l.refresh)))
}

// dead reports whether a refresh token has died, and notes when: of age, or
// because it was not used.
func (r *refreshToken) dead(now time.Time) bool {
	switch {
	case !r.died.IsZero():
	case r.life > 0 && now.Sub(r.born) >= r.life:
		r.died = r.born.Add(r.life)
	case now.Sub(r.used) >= idleLife:
		r.died = r.used.Add(idleLife)
	}
	return !r.died.IsZero()
}

// addRefresh keeps a new refresh token; the oldest of more than a hundred dies
// without a word, as at Google.
func (l *ledger) addRefresh(token string, r *refreshToken) {
	l.refresh[token] = r
	h := holder{r.email, r.clientID}
	list := slices.DeleteFunc(l.live[h], func(other *refreshToken) bool { return other.dead(r.used) })
	if len(list) >= maxRefresh {
		list[0].died = r.used
		list = list[1:]
	}
	l.live[h] = append(list, r)
}

// withdraw ends everything that an account granted to a project.
func (l *ledger) withdraw(email, project string, now time.Time) {
	delete(l.consents, consent{email, project})
	for _, r := range l.refresh {
		if r.email == email && r.project == project && r.died.IsZero() {
			r.died = now
		}
	}
	maps.DeleteFunc(l.access, func(_ string, a *accessToken) bool { return a.email == email && a.project == project })
	maps.DeleteFunc(l.codes, func(_ string, c *code) bool { return c.email == email && c.project == project })
}
