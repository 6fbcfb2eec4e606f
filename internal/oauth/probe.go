package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/oauth2"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/secret"
)

// inventedCode has the shape of a code and was never issued.
const inventedCode = "4/0invented-to-ask-about-the-client"

// browserAgent: the authorization endpoint answers a browser.
const browserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

// maxLooks is how many redirect URIs are looked at at a time.
const maxLooks = 4

// CheckClient asks about a client before anyone consents: client.pair with an
// invented code, and client.redirect for each URI with a look at the page that
// a browser would see first. Both at once; the findings are in the order of
// the arguments. An answer of unknown shape is a Skip, never a failure.
// Source: GAM, and repositories that captured the replies; Google documents
// neither (seen 2026-11-20).
func (s *Server) CheckClient(ctx context.Context, client account.Client, redirectURIs []string) []finding.Finding {
	findings := make([]finding.Finding, 1+len(redirectURIs))
	var unregistered *diagnosis.Symptom
	var wg sync.WaitGroup
	probed := probeURI(client, redirectURIs)
	wg.Go(func() { findings[0], unregistered = s.probePair(ctx, client, probed) })
	slots := make(chan struct{}, maxLooks)
	for i, uri := range redirectURIs {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			findings[1+i] = s.lookAtRedirect(ctx, client, uri)
		})
	}
	wg.Wait()
	for i, uri := range redirectURIs {
		if unregistered != nil && uri == probed && findings[1+i].Status == finding.Skip {
			findings[1+i].Status, findings[1+i].Reason, findings[1+i].Symptom = finding.Fail, "", unregistered
			findings[1+i].Evidence = evidence(unregistered)
		}
	}
	return findings
}

// probeURI chooses what goes with the invented code: a URI that is said to be
// registered, so that one request asks about all three.
func probeURI(client account.Client, redirectURIs []string) string {
	for _, list := range [][]string{redirectURIs, client.RedirectURIs} {
		if client.Type != account.Desktop && len(list) > 0 {
			return list[0]
		}
	}
	return loopbackURI(DefaultPort)
}

// probePair: Google looks at the client first, then at the redirect URI, then
// at the code. So a refused code, or URI, means that the pair is good.
func (s *Server) probePair(ctx context.Context, client account.Client, uri string) (pair finding.Finding, unregistered *diagnosis.Symptom) {
	pair = finding.Finding{ID: "client.pair", Endpoint: s.Provider.TokenEndpoint}
	start := s.Now()
	_, err := s.exchange(ctx, client, uri, secret.New(inventedCode), secret.New(oauth2.GenerateVerifier()))
	pair.Duration = s.Now().Sub(start)
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		pair.Status, pair.Reason = finding.Skip, "skip.cannot-tell" // a server that grants an invented code
		return pair, nil
	}
	symptom = symptom.With("redirect_uri", uri, "client_type", string(client.Type))
	pair.Evidence = evidence(symptom)
	switch {
	case symptom.Where == diagnosis.AtToken && symptom.Code == "invalid_grant":
		pair.Status = finding.Pass
	case symptom.Where == diagnosis.AtToken && symptom.Code == "redirect_uri_mismatch":
		pair.Status, unregistered = finding.Pass, symptom
	default:
		pair.Status, pair.Symptom = finding.Fail, symptom
	}
	return pair, unregistered
}

// lookAtRedirect makes the first request of a consent, as a browser without
// cookies would, and reads where it is sent.
func (s *Server) lookAtRedirect(ctx context.Context, client account.Client, uri string) (look finding.Finding) {
	look = finding.Finding{ID: "client.redirect", Endpoint: uri}
	start := s.Now()
	defer func() { look.Duration = s.Now().Sub(start) }()
	unknown := func(evidence string) finding.Finding {
		look.Status, look.Reason, look.Evidence = finding.Skip, "skip.cannot-tell", evidence
		return look
	}
	r := Request{Client: client, Scopes: s.Provider.Scopes}
	address := s.authorizationURL(r, uri, secret.New(oauth2.GenerateVerifier()), secret.New(oauth2.GenerateVerifier()))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return unknown("")
	}
	req.Header.Set("User-Agent", browserAgent)
	req.Header.Set("Accept", "text/html")
	reply, err := s.do(req)
	if err != nil {
		// The page is the browser's to reach, perhaps from another machine.
		symptom := diagnosis.Network(err, s.Provider.AuthorizationEndpoint)
		if symptom.Code == "network-failed" { // a Location that is no address
			return unknown(symptom.Text)
		}
		look.Status, look.Symptom, look.Evidence = finding.Warn, symptom, symptom.Text
		return look
	}
	location, err := req.URL.Parse(reply.header.Get("Location"))
	if err != nil || reply.status/100 != 3 || reply.header.Get("Location") == "" {
		return unknown("HTTP " + strconv.Itoa(reply.status))
	}
	if said, ok := DecodeAuthError(location.String()); ok && strings.Contains(location.Path, "/error") {
		symptom := said.Symptom().With("redirect_uri", uri, "client_id", client.ID, "project", client.Project(), "client_type", string(client.Type))
		look.Status, look.Symptom, look.Evidence = finding.Fail, symptom, evidence(symptom)
		return look
	}
	if strings.HasSuffix(location.Path, "/signin/identifier") || leadsTo(location, uri) {
		look.Status, look.Evidence = finding.Pass, "HTTP "+strconv.Itoa(reply.status)+" → "+location.Path
		return look
	}
	return unknown("HTTP " + strconv.Itoa(reply.status) + " → " + oneLine(location.Path, 120))
}

// leadsTo reports whether a server sends the browser back to the redirect URI
// at once: it does so only with one that is registered (RFC 6749 section 4.1.2.1).
func leadsTo(location *url.URL, uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.Host != "" && u.Scheme == location.Scheme && u.Host == location.Host &&
		u.EscapedPath() == location.EscapedPath() && location.Query().Has("error")
}

// evidence is what the server said, on one line.
func evidence(symptom *diagnosis.Symptom) string {
	parts := []string{}
	if symptom.Status != 0 {
		parts = append(parts, "HTTP "+strconv.Itoa(symptom.Status))
	}
	if symptom.Code != "" {
		parts = append(parts, symptom.Code)
	}
	if symptom.Text != "" {
		parts = append(parts, symptom.Text)
	}
	return strings.Join(parts, " ")
}
