package adopt

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// read takes what a helper's file holds.
func (f file) read(h helper, top map[string]json.RawMessage) (Found, error) {
	texts := map[string]string{}
	for _, key := range []string{"client_id", "client_secret", "refresh_token", h.Provider, h.Endpoint} {
		text, ok := textOf(top[key])
		if !ok || key != h.Endpoint && strings.ContainsFunc(text, notInCredential) {
			return Found{}, f.refuse("import-bad-value", "key", key, "helper", h.Helper)
		}
		texts[key] = text
	}
	scopes, ok := listOf(top[h.Scopes])
	if !ok {
		return Found{}, f.refuse("import-bad-value", "key", h.Scopes, "helper", h.Helper)
	}
	if foreign := f.foreign(texts[h.Provider], texts[h.Endpoint], scopes); foreign != "" {
		return Found{}, f.refuse("import-other-provider", "provider", foreign, "helper", h.Helper)
	}
	if texts["refresh_token"] == "" {
		return Found{}, f.refuse("import-no-refresh-token", "key", "refresh_token", "helper", h.Helper)
	}
	return Found{
		Helper: h.Helper, Account: mailbox(plain(top[h.Account])), Scopes: scopes,
		Client:  account.Client{ID: texts["client_id"], Secret: secret.New(texts["client_secret"])},
		Refresh: secret.New(texts["refresh_token"]),
	}, nil
}

// notInCredential reports characters that no ID, secret or token has.
func notInCredential(r rune) bool { return r <= ' ' || r >= 0x7f }

// textOf gives a text without blanks around it; what is absent, or null, is
// empty, and what is something else is not ok.
func textOf(raw json.RawMessage) (text string, ok bool) {
	if len(raw) == 0 {
		return "", true
	}
	err := json.Unmarshal(raw, &text)
	return strings.TrimSpace(text), err == nil
}

// listOf gives a list, or the words of one text.
func listOf(raw json.RawMessage) (list []string, ok bool) {
	if text, ok := textOf(raw); ok {
		return strings.Fields(text), true
	}
	err := json.Unmarshal(raw, &list)
	return list, err == nil
}

// mailbox is an address, or "": helpers keep other names there, too.
func mailbox(text string) string {
	email, err := account.CheckEmail(text)
	if err != nil {
		return ""
	}
	return email
}

// foreign names a provider that is not Google, from the helper's word for it,
// the endpoint, or the scopes that are addresses; "" if nothing says so.
func (f file) foreign(provider, endpoint string, scopes []string) string {
	if provider != "" && !strings.EqualFold(provider, google.Gmail().Name) {
		return provider
	}
	for _, address := range append([]string{endpoint}, scopes...) {
		u, err := url.Parse(address)
		if err == nil && u.Hostname() != "" && !slices.Contains(f.known, site(u.Hostname())) {
			return u.Hostname()
		}
	}
	return ""
}

// sitesOf are the sites of the providers' endpoints.
func sitesOf(providers ...google.Provider) []string {
	var sites []string
	for _, p := range providers {
		for _, endpoint := range []string{p.AuthorizationEndpoint, p.TokenEndpoint} {
			if u, err := url.Parse(endpoint); err == nil {
				sites = append(sites, site(u.Hostname()))
			}
		}
	}
	return sites
}

// site is the end of a host's name by which Google's are known, its last two
// labels; of an address it is all.
func site(host string) string {
	labels := strings.Split(strings.ToLower(host), ".")
	if net.ParseIP(host) != nil || len(labels) < 2 {
		return strings.ToLower(host)
	}
	return strings.Join(labels[len(labels)-2:], ".")
}
