package ahead

import (
	"time"
	"unicode/utf8"

	"gmailoauth/internal/store/layout"
)

// readAccount reads what an account's file holds, as far as it is of use here,
// if it is as we write it: JSON of the keys and kinds that we know, without
// escapes. ok is then as encoding/json would have it, and what is read is, too.
func readAccount(data []byte) (a layout.Account, ok bool) {
	r := reader{data}
	ok = r.object(func(key string) bool {
		switch key {
		case "format":
			return r.number(&a.Format)
		case "account":
			return r.text(&a.Account)
		case "store":
			return r.text(&a.Store)
		case "client_id", "client_type", "project", "target":
			return r.text(new(string))
		case "redirect_uris", "copies":
			return r.texts()
		case "grant":
			return r.object(r.grant)
		case "delegation":
			return r.object(r.delegation)
		case "published_at":
			return r.instant(new(time.Time))
		}
		return false
	})
	return a, ok && r.ended() && utf8.Valid(data) && a.Format == layout.Format
}

func (r *reader) grant(key string) bool {
	switch key {
	case "issued_at", "renewed_at":
		return r.instant(new(time.Time))
	case "lifetime_seconds":
		return r.number(new(int))
	case "publishing", "client_id":
		return r.text(new(string))
	case "publishing_seen", "adopted":
		return r.truth()
	case "scopes":
		return r.texts()
	}
	return false
}

func (r *reader) delegation(key string) bool {
	switch key {
	case "service_account":
		return r.text(new(string))
	case "scopes":
		return r.texts()
	case "keyless":
		return r.truth()
	}
	return false
}

// readCredentials is readAccount for secrets.
func readCredentials(data []byte) (c layout.Credentials, ok bool) {
	r := reader{data}
	ok = r.object(func(key string) bool {
		switch key {
		case "format":
			return r.number(&c.Format)
		case "account":
			return r.text(&c.Account)
		case "access_token":
			return r.text(&c.AccessToken)
		case "issued_at":
			return r.instant(&c.IssuedAt)
		case "expires_at":
			return r.instant(&c.ExpiresAt)
		case "client_secret", "refresh_token", "token_type", "moved":
			return r.text(new(string))
		case "refresh_token_expires_in":
			return r.number(new(int))
		case "scopes":
			return r.texts()
		}
		return false
	})
	return c, ok && r.ended() && utf8.Valid(data) && c.Format == layout.Format
}
