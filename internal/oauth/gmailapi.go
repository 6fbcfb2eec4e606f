package oauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// gmailProfile is the path of users.getProfile below the host of the Gmail API.
// Source: developers.google.com/workspace/gmail/api/reference/rest/v1/users/getProfile (seen 2026-11-20).
const gmailProfile = "/gmail/v1/users/me/profile"

// GmailAPI asks the Gmail API for the profile of the token's own mailbox, the
// smallest thing it can be asked, to learn whether the API is switched on in
// the client's project. The mail scope is enough for it.
//
// A nil error means that it is on. That it is off is a *diagnosis.Symptom at
// client with the code gmail-api-off; every other error leaves it unknown,
// so does asked false: the provider names no such endpoint, and nobody was
// asked. One request is made, which ctx bounds.
// Source of what a refusal looks like: google/api/error_reason.proto and the
// JSON errors of Google's REST APIs (seen 2026-11-20).
func (s *Server) GmailAPI(ctx context.Context, access secret.Text) (asked bool, err error) {
	endpoint := s.Provider.GmailEndpoint
	u, err := url.Parse(endpoint)
	if endpoint == "" || err != nil {
		return false, errNoEndpoint
	}
	if strings.Trim(u.Path, "/") == "" {
		u = u.JoinPath(gmailProfile)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return true, diagnosis.Network(err, endpoint)
	}
	req.Header.Set("Authorization", "Bearer "+access.Reveal())
	reply, err := s.do(req)
	if err != nil {
		return true, diagnosis.Network(err, endpoint)
	}
	switch {
	case reply.status == http.StatusOK:
		return true, nil
	case reply.status == http.StatusForbidden && switchedOff(reply.body):
		symptom := s.refusal(diagnosis.AtClient, u.String(), reply, access)
		symptom.Code = "gmail-api-off"
		return true, symptom
	}
	return true, s.refusal(diagnosis.AtIdentity, u.String(), reply, access)
}

// switchedOff reads the reason of a 403 of the Gmail API, in the older of
// Google's two forms or in the newer one.
func switchedOff(body []byte) bool {
	type reason struct {
		Reason string `json:"reason"`
	}
	var said struct {
		Error struct {
			Errors  []reason `json:"errors"`
			Details []reason `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		return false
	}
	return slices.ContainsFunc(slices.Concat(said.Error.Errors, said.Error.Details), func(r reason) bool {
		return r.Reason == "accessNotConfigured" || r.Reason == "SERVICE_DISABLED"
	})
}
