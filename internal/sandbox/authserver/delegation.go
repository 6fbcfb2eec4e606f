package authserver

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/google"
)

// serviceAccount speaks for the mailboxes of the domain that delegated to it.
type serviceAccount struct {
	email, uniqueID, project string
	domain                   string   // that delegated; empty: none
	scopes                   []string // delegated
	keys                     []string // IDs of its live keys
	disabled                 bool
}

// signingKey signs for all service accounts of this process, and is told apart by
// its IDs: making one takes a quarter of a second.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// NewServiceAccount makes a service account in a project, for which domain has
// delegated scopes, and gives its address and its numeric ID. One that is there
// is given a new delegation.
func (s *Server) NewServiceAccount(project, id, domain string, scopes ...string) (email, uniqueID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	account := s.addServiceAccount(project, id)
	account.domain, account.scopes = domain, scopes
	return account.email, account.uniqueID
}

func (s *Server) addServiceAccount(project, id string) *serviceAccount {
	email := id + "@" + project + ".iam.gserviceaccount.com"
	if known := s.serviceAccount(email); known != nil {
		return known
	}
	added := &serviceAccount{email: email, project: project, uniqueID: fmt.Sprintf("1%020d", 8154074012340000+len(s.cloud.serviceAccounts))}
	s.cloud.serviceAccounts = append(s.cloud.serviceAccounts, added)
	return added
}

func (s *Server) serviceAccount(email string) *serviceAccount {
	i := slices.IndexFunc(s.cloud.serviceAccounts, func(a *serviceAccount) bool { return a.email == email })
	if i < 0 {
		return nil
	}
	return s.cloud.serviceAccounts[i]
}

// ServiceKey makes a key of a service account and gives its JSON file, in
// Google's shape.
func (s *Server) ServiceKey(email string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serviceKey(s.serviceAccount(email))
}

func (s *Server) serviceKey(a *serviceAccount) ([]byte, error) {
	if a == nil {
		return nil, fmt.Errorf("no such service account")
	}
	key, err := signingKey()
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	id := newKeyID()
	a.keys = append(a.keys, id)
	return json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": a.project, "private_key_id": id,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		"client_email": a.email, "client_id": a.uniqueID, "auth_uri": s.base + "/auth", "token_uri": s.base + "/token",
		"universe_domain": "localhost",
	}, "", "  ")
}

func newKeyID() string {
	id := make([]byte, 20)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// assert trades the signed word of a service account for an access token, and
// refuses in Google's words: google.md 4.2.
func (s *Server) assert(form url.Values) answer {
	const bad = http.StatusBadRequest
	assertion := form.Get("assertion")
	if assertion == "" {
		return missingParameter("assertion")
	}
	claims, keyID, signed := readJWT(assertion)
	account := s.serviceAccount(claims.Issuer)
	switch {
	case claims.Issuer == "":
		return refuse(bad, "invalid_grant", "Bad Request")
	case account == nil:
		return refuse(bad, "invalid_grant", "Invalid grant: account not found")
	case !signed || !slices.Contains(account.keys, keyID):
		return refuse(bad, "invalid_grant", "Invalid JWT Signature.")
	case claims.Audience != s.base+"/token":
		return refuse(bad, "invalid_grant", "Invalid JWT: Failed audience check. The right audience is "+s.base+"/token")
	case !s.shortLived(claims):
		return refuse(bad, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	case account.disabled:
		return refuse(bad, "invalid_grant", "Robot is disabled.")
	}
	scopes := strings.Fields(claims.Scope)
	if len(scopes) == 0 {
		return refuse(bad, "invalid_scope", "Empty or missing scope not allowed.")
	}
	if refused := account.admits(claims.Subject, scopes); refused != nil {
		return *refused
	}
	reply := s.reply(owner{strings.ToLower(claims.Subject), account.uniqueID, account.project, scopes, false}, "")
	delete(reply, "scope") // as Google leaves it out
	return inJSON(http.StatusOK, reply)
}

// admits holds mailbox and scopes against the delegation; nil lets them in.
func (a *serviceAccount) admits(mailbox string, scopes []string) *answer {
	_, domain, ok := strings.Cut(strings.ToLower(mailbox), "@")
	consumer := slices.Contains(strings.Fields(google.Known().Domains["consumer"].Value), domain)
	var refused answer
	switch {
	case a.domain == "" || consumer || !containsAll(a.scopes, scopes):
		refused = refuse(http.StatusUnauthorized, "unauthorized_client",
			"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
	case !ok || domain != a.domain:
		refused = refuse(http.StatusBadRequest, "invalid_grant", "Invalid email or User ID")
	default:
		return nil
	}
	return &refused
}

// shortLived allows for clocks that differ by some minutes.
func (s *Server) shortLived(c jwtClaims) bool {
	const skew = 5 * time.Minute
	now, from, to := s.now(), time.Unix(c.IssuedAt, 0), time.Unix(c.Expires, 0)
	return to.Sub(from) > 0 && to.Sub(from) <= time.Hour && !from.After(now.Add(skew)) && !to.Before(now.Add(-skew))
}

// DisableServiceAccount disables one, and DeleteServiceAccount deletes it.
func (s *Server) DisableServiceAccount(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.serviceAccount(email); a != nil {
		a.disabled = true
	}
}

// DeleteServiceAccount forgets a service account.
func (s *Server) DeleteServiceAccount(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cloud.serviceAccounts = slices.DeleteFunc(s.cloud.serviceAccounts, func(a *serviceAccount) bool { return a.email == email })
}
