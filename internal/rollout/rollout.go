// Package rollout compares the mailboxes that a file wants with those that are
// kept, and says what is to be done with each. It does none of it, and asks
// nobody: what it is given was read from files. Nothing is undone: what works is
// left as it is, and told.
package rollout

import (
	"slices"
	"strconv"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/fleet"
)

// Action is one thing that is to be done with a mailbox, or why nothing is.
type Action string

// A mailbox has one of these, but for Move and Retarget, which may go together.
const (
	Consent  Action = "consent"  // somebody consents in a browser
	Adopt    Action = "adopt"    // a refresh token made elsewhere is adopted
	Delegate Action = "delegate" // a service account opens it
	Move     Action = "move"     // its secrets go to another store
	Retarget Action = "retarget" // another target is noted
	Keep     Action = "keep"     // it is as the file wants it
	Conflict Action = "conflict" // the file wants another grant than the one that works: left alone
	Blocked  Action = "blocked"  // it cannot be told, or be done: Row.Err says why
)

// Actions are all of them, in the order in which a plan tells them.
func Actions() []Action {
	return []Action{Delegate, Adopt, Consent, Move, Retarget, Conflict, Blocked, Keep}
}

// Wanted is a mailbox as the file wants it, with what the files say that it names.
// Store is as accounts note it, or empty: any.
type Wanted struct {
	fleet.Entry
	Client         *account.Client // of Access.Client; nil if there is none to be read
	ServiceAccount string          // of Access.ServiceKey, or Access.ServiceAccount
	Scopes         []string        // of Access.Scope; nil: any
	Err            error           // why a file that it names is of no use
}

// Kept is what is known of a mailbox here.
type Kept struct {
	Account account.Account // without Email: there is none
	Store   string          // of Account, as Wanted has it
	Opens   bool            // the secrets that open it are there
	Err     error           // what keeps it from being known
}

// Row is a mailbox of a plan.
type Row struct {
	Wanted
	Before   account.Account // as it is kept; without Email: it is not
	Actions  []Action        // at least one
	Differs  Difference      // of a Conflict, or of what is replaced
	Profile  int             // see Profiles; 0: of none
	Err      error           // of Blocked
	Replaces bool            // a grant that may work is given up for it
}

// Difference is what a file and a mailbox that works do not agree in.
type Difference struct {
	Key       string // client, grant, service_account or scope; empty: nothing
	Kept, Now string // as it is kept, and as the file wants it; of a scope empty
}

// Compare says what is to be done with a mailbox. With replace, a grant that works
// gives way to the one that the file wants.
func Compare(w Wanted, k Kept, replace bool) Row {
	row := Row{Wanted: w, Before: k.Account}
	switch {
	case k.Err != nil:
		row.Actions, row.Err = []Action{Blocked}, k.Err
	case k.Account.Email == "" || !k.Opens:
		row.connect()
	default:
		if row.Differs = w.differs(k.Account); row.Differs.Key == "" {
			row.adjust(k)
			return row
		}
		if row.Replaces = replace; replace {
			row.connect()
		} else {
			row.Actions = []Action{Conflict}
		}
	}
	return row
}

// connect has a mailbox connected, if the file says all that is needed for it.
func (r *Row) connect() {
	a := r.Access
	switch {
	case r.Wanted.Err != nil:
		r.Actions, r.Err = []Action{Blocked}, r.Wanted.Err
	case a.Grant == fleet.Delegation, a.Grant == "" && r.Before.Delegation != nil:
		r.Actions = []Action{Delegate}
	case r.Client == nil:
		r.Actions, r.Err = []Action{Blocked}, (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "fleet-no-client"}).With(
			"account", r.Account, "line", strconv.Itoa(r.Line))
	case a.RefreshToken != "":
		r.Actions = []Action{Adopt}
	default:
		r.Actions = []Action{Consent}
	}
}

// adjust brings what may differ of a mailbox that works to what the file wants.
func (r *Row) adjust(k Kept) {
	if r.Store != "" && r.Store != k.Store {
		r.Actions = append(r.Actions, Move)
	}
	if r.Target != "" && r.Target != k.Account.Target {
		r.Actions = append(r.Actions, Retarget)
	}
	if len(r.Actions) == 0 {
		r.Actions = []Action{Keep}
	}
}

// differs holds the grant that works against the one that the file wants. What the
// file does not say, or says in a file that is gone by now, agrees.
func (w Wanted) differs(kept account.Account) Difference {
	d := kept.Delegation
	switch {
	case w.Access.Grant == fleet.Consent && d != nil:
		return Difference{"grant", fleet.Delegation, fleet.Consent}
	case w.Access.Grant == fleet.Delegation && d == nil:
		return Difference{"grant", fleet.Consent, fleet.Delegation}
	case w.Access.Grant == fleet.Delegation && w.ServiceAccount != "" && !strings.EqualFold(w.ServiceAccount, d.ServiceAccount):
		return Difference{"service_account", d.ServiceAccount, w.ServiceAccount}
	case w.Access.Grant == fleet.Delegation && w.Scopes != nil && !sameScopes(w.Scopes, d.Scopes):
		return Difference{Key: "scope"}
	case w.Access.Grant == fleet.Consent && w.Client != nil && w.Client.ID != kept.ClientID:
		return Difference{"client", kept.ClientID, w.Client.ID}
	}
	return Difference{}
}

func sameScopes(a, b []string) bool {
	has := map[string]bool{}
	for _, scope := range a {
		has[scope] = true
	}
	for _, scope := range b {
		if !has[scope] {
			return false
		}
		delete(has, scope)
	}
	return len(has) == 0
}

// Connects reports whether a row ends with a mailbox that was not connected before.
func (r Row) Connects() bool {
	return r.Has(Consent) || r.Has(Adopt) || r.Has(Delegate)
}

// Has reports whether an action is among those of a row.
func (r Row) Has(action Action) bool {
	return slices.Contains(r.Actions, action)
}

// Changes reports whether anything is to be done.
func (r Row) Changes() bool { return r.Connects() || r.Has(Move) || r.Has(Retarget) }
