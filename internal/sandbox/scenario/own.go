package scenario

import "strings"

// own are the scenarios of one mailbox.
type own struct {
	scenarios []Scenario
	times     int // how often one of their effects happens; 0: always
}

// UseFor puts these scenarios on for one mailbox, beside those that are on for
// all, in place of its own. After so many effects it is well; 0: never. It
// reaches the points at which a server knows the mailbox: token.refresh, and the
// logins.
func (s *Set) UseFor(email string, times int, scenarios ...Scenario) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own == nil {
		s.own = map[string]*own{}
	}
	s.own[strings.ToLower(email)] = &own{append([]Scenario(nil), scenarios...), times}
}

// AtFor gives what is to happen at a point to a mailbox, or nil. What is on for
// the mailbox alone comes first.
func (s *Set) AtFor(point, email string) *Effect {
	if e := s.ownAt(point, email); e != nil {
		return e
	}
	return s.At(point)
}

func (s *Set) ownAt(point, email string) *Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	mailbox := s.own[strings.ToLower(email)]
	if email == "" || mailbox == nil {
		return nil
	}
	for _, scenario := range mailbox.scenarios {
		for i := range scenario.Effects {
			if scenario.Effects[i].At != point {
				continue
			}
			if mailbox.times--; mailbox.times == 0 {
				delete(s.own, strings.ToLower(email))
			}
			return &scenario.Effects[i]
		}
	}
	return nil
}
