package main

import (
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/verify"
)

// soon is the span in which an end is told by the hour.
const soon = 7 * 24 * time.Hour

// lifetime is what there is to say of how long a consent will last: "" when
// nothing threatens it.
func (a *app) lifetime(acct account.Account) string {
	life := verify.LifetimeOf(acct.Grant, acct.PublishedAt, a.now())
	say, left := a.words().Say, life.Ends.Sub(a.now())
	switch {
	case life.Code == "":
		return ""
	case life.Code == "idle":
		unused := months(a.now().Sub(life.Used))
		return a.words().Count("accounts.idle", unused, "limit", monthsOf("idle-lifetime"))
	case left <= 0:
		return say("accounts.ended", "day", day(life.Ends))
	case life.Code == "published-since":
		return say("accounts.published-since", "left", a.span(left))
	case left < soon:
		return say("accounts.expires", "left", a.span(left))
	}
	return day(life.Ends)
}

// clientIdleOf tells that none of a client's accounts was used for so long that
// Google may delete the client itself, as far as this machine knows.
func (a *app) clientIdleOf(acct account.Account) string {
	list, _ := a.knownAccounts() // those that can be read
	var used time.Time
	for _, other := range list {
		if last := verify.LifetimeOf(other.Grant, time.Time{}, a.now()).Used; other.ClientID == acct.ClientID && last.After(used) {
			used = last
		}
	}
	unused := months(a.now().Sub(used))
	if used.IsZero() || unused < monthsOf("client-idle-lifetime")-1 {
		return ""
	}
	return a.words().Count("accounts.client-idle", unused, "limit", monthsOf("client-idle-lifetime"))
}

// monthsOf is a limit of Google's in whole months.
func monthsOf(limit string) int {
	d, err := time.ParseDuration(google.Known().Limits[limit].Value)
	if err != nil {
		return 6
	}
	return months(d)
}
