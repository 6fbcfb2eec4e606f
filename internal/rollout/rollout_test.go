package rollout

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/fleet"
)

const robot = "mail@my-mail-123.iam.gserviceaccount.com"

func consented(client string) Kept {
	return Kept{Account: account.Account{Email: "office@example.com", ClientID: client, Target: "nocobase"}, Store: "file", Opens: true}
}

func delegated(scopes ...string) Kept {
	k := consented("1000")
	k.Account.Delegation = &account.Delegation{ServiceAccount: robot, Scopes: scopes}
	return k
}

func wants(a fleet.Access, change ...func(*Wanted)) Wanted {
	w := Wanted{Entry: fleet.Entry{Account: "office@example.com", Line: 3, Access: a}, ServiceAccount: a.ServiceAccount}
	if a.Client != "" {
		w.Client = &account.Client{ID: a.Client}
	}
	for _, c := range change {
		c(&w)
	}
	return w
}

func at(store, target string) func(*Wanted) {
	return func(w *Wanted) { w.Store, w.Target = store, target }
}

// Each row compares what the file wants with what is kept.
func TestCompare(t *testing.T) {
	gone := errors.New("no such file")
	noFile := func(w *Wanted) { w.Client, w.Err = nil, gone }
	byA, adopts := fleet.Access{Grant: fleet.Consent, Client: "a"}, fleet.Access{Grant: fleet.Consent, Client: "a", RefreshToken: "token.txt"}
	byRobot := fleet.Access{Grant: fleet.Delegation, ServiceAccount: robot}
	lacking := func(k Kept) Kept { k.Opens = false; return k }
	for name, c := range map[string]struct {
		wanted  Wanted
		kept    Kept
		replace bool
		want    []Action
		differs string
	}{
		"not kept, a client":                        {wants(byA), Kept{}, false, []Action{Consent}, ""},
		"not kept, a refresh token":                 {wants(adopts), Kept{}, false, []Action{Adopt}, ""},
		"not kept, a service account":               {wants(byRobot), Kept{}, false, []Action{Delegate}, ""},
		"not kept, nothing said":                    {wants(fleet.Access{}), Kept{}, false, []Action{Blocked}, ""},
		"not kept, the client's file is gone":       {wants(byA, noFile), Kept{}, false, []Action{Blocked}, ""},
		"kept, its secrets are gone":                {wants(byA), lacking(consented("a")), false, []Action{Consent}, ""},
		"its secrets are gone, by another client":   {wants(byA), lacking(consented("b")), false, []Action{Consent}, ""},
		"delegated, the key is gone, nothing said":  {wants(fleet.Access{}), lacking(delegated("mail")), false, []Action{Delegate}, ""},
		"cannot be read":                            {wants(byA), Kept{Err: gone}, false, []Action{Blocked}, ""},
		"as wanted":                                 {wants(byA, at("file", "nocobase")), consented("a"), false, []Action{Keep}, ""},
		"as wanted, a refresh token beside it":      {wants(adopts), consented("a"), false, []Action{Keep}, ""},
		"nothing said, consented":                   {wants(fleet.Access{}), consented("a"), false, []Action{Keep}, ""},
		"nothing said, delegated":                   {wants(fleet.Access{}), delegated("mail"), false, []Action{Keep}, ""},
		"the client's file is gone since":           {wants(byA, noFile), consented("a"), false, []Action{Keep}, ""},
		"another store":                             {wants(byA, at("keyring", "")), consented("a"), false, []Action{Move}, ""},
		"another target":                            {wants(byA, at("", "yetiforce")), consented("a"), false, []Action{Retarget}, ""},
		"another store and target":                  {wants(byA, at("keyring", "yetiforce")), consented("a"), false, []Action{Move, Retarget}, ""},
		"another client":                            {wants(byA, at("keyring", "yetiforce")), consented("b"), false, []Action{Conflict}, "client"},
		"another client, replaced":                  {wants(byA, at("keyring", "yetiforce")), consented("b"), true, []Action{Consent}, "client"},
		"another client, adopted in its place":      {wants(adopts), consented("b"), true, []Action{Adopt}, "client"},
		"consent in place of a delegation":          {wants(byA), delegated("mail"), false, []Action{Conflict}, "grant"},
		"delegation in place of a consent":          {wants(byRobot), consented("a"), false, []Action{Conflict}, "grant"},
		"delegation in place of one, replaced":      {wants(byRobot), consented("a"), true, []Action{Delegate}, "grant"},
		"another service account":                   {wants(fleet.Access{Grant: fleet.Delegation, ServiceAccount: "x" + robot}), delegated("mail"), false, []Action{Conflict}, "service_account"},
		"the same, in capital letters":              {wants(fleet.Access{Grant: fleet.Delegation, ServiceAccount: "MAIL" + robot[4:]}), delegated("mail"), false, []Action{Keep}, ""},
		"other scopes":                              {wants(byRobot, func(w *Wanted) { w.Scopes = []string{"mail", "admin"} }), delegated("mail"), false, []Action{Conflict}, "scope"},
		"fewer scopes":                              {wants(byRobot, func(w *Wanted) { w.Scopes = []string{"mail"} }), delegated("mail", "admin"), false, []Action{Conflict}, "scope"},
		"the same scopes in another order":          {wants(byRobot, func(w *Wanted) { w.Scopes = []string{"admin", "mail"} }), delegated("mail", "admin"), false, []Action{Keep}, ""},
		"to be replaced, and the file is not there": {wants(byRobot, func(w *Wanted) { w.Err = gone }), consented("a"), true, []Action{Blocked}, "grant"},
	} {
		t.Run(name, func(t *testing.T) {
			row := Compare(c.wanted, c.kept, c.replace)
			if !slices.Equal(row.Actions, c.want) || row.Differs.Key != c.differs {
				t.Errorf("Compare = %v, differs in %q; want %v, %q", row.Actions, row.Differs.Key, c.want, c.differs)
			}
			if row.Has(Blocked) != (row.Err != nil) {
				t.Errorf("Compare: blocked with %v", row.Err)
			}
			if row.Replaces != (c.replace && c.differs != "") {
				t.Errorf("Replaces = %v", row.Replaces)
			}
		})
	}
}

// Whoever cannot consent for want of a client is told which line lacks it.
func TestNoClientNamesItsLine(t *testing.T) {
	symptom := diagnosis.SymptomOf(Compare(wants(fleet.Access{}), Kept{}, false).Err)
	if symptom.Code != "fleet-no-client" || symptom.Facts["line"] != "3" || symptom.Facts["account"] != "office@example.com" {
		t.Errorf("%s %v", symptom.Code, symptom.Facts)
	}
}

func TestWhatChanges(t *testing.T) {
	for _, c := range []struct {
		actions           []Action
		connects, changes bool
	}{
		{[]Action{Keep}, false, false}, {[]Action{Conflict}, false, false}, {[]Action{Blocked}, false, false},
		{[]Action{Move, Retarget}, false, true}, {[]Action{Retarget}, false, true},
		{[]Action{Consent}, true, true}, {[]Action{Adopt}, true, true}, {[]Action{Delegate}, true, true},
	} {
		if row := (Row{Actions: c.actions}); row.Connects() != c.connects || row.Changes() != c.changes {
			t.Errorf("%v: connects %v, changes %v", c.actions, row.Connects(), row.Changes())
		}
	}
	if len(Actions()) != 8 {
		t.Errorf("Actions = %v", Actions())
	}
}

// Groups are made by target and client, in the file's order, however they are mixed.
func TestProfiles(t *testing.T) {
	var all []Wanted
	for i := range 9 {
		w := wants(fleet.Access{Grant: fleet.Consent, Client: []string{"a", "b"}[i%2]}, at("", "small"))
		w.Account = fmt.Sprintf("box%d@example.com", i)
		all = append(all, w)
	}
	all[8].Target = "large"
	all = append(all, wants(fleet.Access{}), wants(byFile("key.json"), at("", "small")))
	profiles, numbers := Profiles(all, func(target string) int { return map[string]int{"small": 3}[target] })
	want := []Profile{
		{"small", 1, "a", "a", 3, 3, "box0@example.com", "box4@example.com"},
		{"small", 2, "b", "b", 3, 3, "box1@example.com", "box5@example.com"},
		{"small", 3, "a", "a", 3, 1, "box6@example.com", "box6@example.com"},
		{"small", 4, "b", "b", 3, 1, "box7@example.com", "box7@example.com"},
		{"small", 5, "key.json", "key.json", 3, 1, "office@example.com", "office@example.com"},
	}
	if diff := cmp.Diff(want, profiles); diff != "" {
		t.Errorf("Profiles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 2, 1, 2, 1, 2, 3, 4, 0, 0, 5}, numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if got := Crowded(profiles); len(got) != 2 || got[0].Client != "a" || got[1].Client != "b" {
		t.Errorf("Crowded = %v, want a and b", got)
	}
	if profiles, numbers = Profiles(nil, nil); len(profiles)+len(numbers) != 0 || len(Crowded(nil)) != 0 {
		t.Error("of nothing there are profiles")
	}
}

func byFile(key string) fleet.Access { return fleet.Access{Grant: fleet.Delegation, ServiceKey: key} }

// Whatever is compared, a mailbox that works is never connected anew unasked, and
// every row says something.
func TestNothingIsUndoneUnasked(t *testing.T) {
	for _, access := range []fleet.Access{{}, {Grant: fleet.Consent, Client: "a"}, {Grant: fleet.Consent, Client: "a", RefreshToken: "t"}, {Grant: fleet.Delegation, ServiceAccount: robot}} {
		for _, kept := range []Kept{consented("a"), consented("b"), delegated("mail"), delegated()} {
			for _, place := range []string{"", "file", "keyring"} {
				row := Compare(wants(access, at(place, "")), kept, false)
				if row.Connects() || len(row.Actions) == 0 {
					t.Errorf("%+v with %+v in %q: %v", access, kept, place, row.Actions)
				}
			}
		}
	}
}
