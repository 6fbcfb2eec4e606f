package authserver

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"gmailoauth/internal/sandbox/scenario"
)

// routeIAM sets up the parts of iam and iamcredentials that a service account
// needs (google.md 2.5).
func (s *Server) routeIAM() {
	handle := func(pattern, point string, h func(*http.Request) answer) {
		s.mux.HandleFunc(pattern, s.playedAs(point, saidByCloud, s.forCloud(h)))
	}
	handle("GET /v1/projects/{project}/serviceAccounts/{email}", scenario.DelegationAccount, s.getServiceAccount)
	handle("POST /v1/projects/{project}/serviceAccounts", scenario.DelegationCreate, s.createServiceAccount)
	handle("POST /v1/projects/{project}/serviceAccounts/{email}/keys", scenario.DelegationKey, s.createKey)
	sign := s.playedAs(scenario.DelegationSign, saidByCloud, s.forCloud(s.signJWT))
	impersonate := s.playedAs(scenario.FederationImpersonate, saidByCloud, s.forCloud(s.generateAccessToken))
	s.mux.HandleFunc("POST /v1/projects/{project}/serviceAccounts/{email}", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.PathValue("email"), ":generateAccessToken") {
			impersonate(w, r)
			return
		}
		sign(w, r)
	})
}

func (a *serviceAccount) wire() map[string]any {
	return map[string]any{"name": "projects/" + a.project + "/serviceAccounts/" + a.email, "projectId": a.project,
		"uniqueId": a.uniqueID, "email": a.email, "disabled": a.disabled}
}

func noServiceAccount(email string) answer {
	return cloudRefusal(http.StatusNotFound, "NOT_FOUND", "Unknown service account: "+printable(email), nil)
}

func (s *Server) getServiceAccount(r *http.Request) answer {
	a := s.serviceAccount(r.PathValue("email"))
	if a == nil {
		return noServiceAccount(r.PathValue("email"))
	}
	return inJSON(http.StatusOK, a.wire())
}

func (s *Server) createServiceAccount(r *http.Request) answer {
	var wanted struct {
		ID string `json:"accountId"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || !cloudID().MatchString(wanted.ID) {
		return cloudRefusal(http.StatusBadRequest, "INVALID_ARGUMENT", "The account ID does not have a length between 6 and 30.", nil)
	}
	project := r.PathValue("project")
	if s.serviceAccount(wanted.ID+"@"+project+".iam.gserviceaccount.com") != nil {
		return cloudRefusal(http.StatusConflict, "ALREADY_EXISTS", "Service account "+wanted.ID+" already exists within project projects/"+project+".", nil)
	}
	return inJSON(http.StatusOK, s.addServiceAccount(project, wanted.ID).wire())
}

func (s *Server) createKey(r *http.Request) answer {
	a := s.serviceAccount(r.PathValue("email"))
	if a == nil {
		return noServiceAccount(r.PathValue("email"))
	}
	file, err := s.serviceKey(a)
	if err != nil {
		return cloudRefusal(http.StatusInternalServerError, "INTERNAL", "Internal error encountered.", nil)
	}
	return inJSON(http.StatusOK, map[string]string{"name": "projects/" + a.project + "/serviceAccounts/" + a.email + "/keys/" + a.keys[len(a.keys)-1],
		"privateKeyData": base64.StdEncoding.EncodeToString(file)})
}

// signJWT signs with a key that nobody ever sees.
func (s *Server) signJWT(r *http.Request) answer {
	email, ok := strings.CutSuffix(r.PathValue("email"), ":signJwt")
	if !ok {
		return cloudRefusal(http.StatusNotFound, "NOT_FOUND", "Method not found.", nil)
	}
	a := s.serviceAccount(email)
	if a == nil {
		return noServiceAccount(email)
	}
	var wanted struct {
		Payload string `json:"payload"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || !json.Valid([]byte(wanted.Payload)) {
		return cloudRefusal(http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid JSON payload", nil)
	}
	key, err := signingKey()
	if err != nil {
		return cloudRefusal(http.StatusInternalServerError, "INTERNAL", "Internal error encountered.", nil)
	}
	if len(a.keys) == 0 {
		a.keys = append(a.keys, newKeyID())
	}
	header, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": a.keys[0]})
	if err != nil {
		panic(err) // texts only
	}
	said := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString([]byte(wanted.Payload))
	sum := sha256.Sum256([]byte(said))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return cloudRefusal(http.StatusInternalServerError, "INTERNAL", "Internal error encountered.", nil)
	}
	return inJSON(http.StatusOK, map[string]string{"keyId": a.keys[0], "signedJwt": said + "." + base64.RawURLEncoding.EncodeToString(signature)})
}
