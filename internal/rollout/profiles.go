package rollout

import "cmp"

// Profile is one of the settings that an application needs for its mailboxes
// where one of them serves so many and no more. All mailboxes of a profile have
// one client.
type Profile struct {
	Target    string
	Number    int    // from 1, of this target
	Client    string // ID, or path, of the client; address of a service account; or empty
	File      string // path of the client's or the service account's file; or empty
	Limit     int    // mailboxes that one serves
	Mailboxes int
	First     string // address of the first mailbox, in the file's order
	Last      string
}

// Profiles groups mailboxes in their order, by target and client, and gives the
// number of the profile of each, 0 for those of a target without a limit. limit
// says how many mailboxes a profile of a target serves, 0 for any number.
func Profiles(all []Wanted, limit func(target string) int) (profiles []Profile, numbers []int) {
	type group struct{ target, client string }
	open := map[group]int{} // index of the profile that is being filled
	count := map[string]int{}
	numbers = make([]int, len(all))
	for i, w := range all {
		most := limit(w.Target)
		if w.Target == "" || most <= 0 {
			continue
		}
		g := group{w.Target, w.clientName()}
		at, begun := open[g]
		if !begun || profiles[at].Mailboxes == most {
			count[w.Target]++
			at = len(profiles)
			open[g] = at
			profiles = append(profiles, Profile{Target: w.Target, Number: count[w.Target], Client: g.client,
				File: cmp.Or(w.Access.Client, w.Access.ServiceKey), Limit: most, First: w.Account})
		}
		p := &profiles[at]
		p.Mailboxes, p.Last = p.Mailboxes+1, w.Account
		numbers[i] = p.Number
	}
	return profiles, numbers
}

func (w Wanted) clientName() string {
	if w.Client != nil {
		return w.Client.ID
	}
	return cmp.Or(w.ServiceAccount, w.Access.ServiceAccount, w.Access.ServiceKey, w.Access.Client)
}

// Crowded are the clients that more than one profile of a target would have to
// share, in the order of the profiles.
func Crowded(profiles []Profile) []Profile {
	var crowded []Profile
	seen := map[[2]string]int{}
	for _, p := range profiles {
		key := [2]string{p.Target, p.Client}
		if seen[key]++; seen[key] == 2 {
			crowded = append(crowded, p)
		}
	}
	return crowded
}
