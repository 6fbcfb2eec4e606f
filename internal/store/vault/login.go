package vault

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// serviceAccount is where Kubernetes puts the token of a pod.
// Source: kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin (seen 2026-11-21).
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// login is how a token is come by: it is given, or asked for at a mount.
type login struct {
	token  secret.Text
	method string // approle or kubernetes
	mount  string
	body   map[string]string
}

// login reads the variables, the most explicit first: a token, AppRole,
// Kubernetes, and last the token that "vault login" left in the home.
func (k *Keeper) login() (login, error) {
	token, err := k.secretOf("TOKEN")
	if err != nil || token != "" {
		return login{token: secret.New(token)}, err
	}
	if role, _ := k.look("ROLE_ID"); role != "" {
		id, err := k.secretOf("SECRET_ID") // a role may do without
		return k.loginAt("approle", map[string]string{"role_id": role, "secret_id": id}), err
	}
	if role, _ := k.look("K8S_ROLE"); role != "" {
		file, variable := k.look("K8S_JWT_FILE")
		if file == "" {
			file = serviceAccount
		}
		jwt, err := secretFile(file, variable)
		return k.loginAt("kubernetes", map[string]string{"role": role, "jwt": jwt}), err
	}
	file, variable := k.look("TOKEN_PATH")
	if file == "" {
		home, _ := k.env("HOME")
		if home == "" {
			home, _ = k.env("USERPROFILE")
		}
		file = filepath.Join(home, ".vault-token")
	}
	token, err = secretFile(file, variable)
	if errors.Is(err, fs.ErrNotExist) {
		return login{}, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-no-token", Facts: map[string]string{"file": file}}
	}
	return login{token: secret.New(token)}, err
}

func (k *Keeper) loginAt(method string, body map[string]string) login {
	mount, _ := k.look("AUTH_MOUNT")
	if mount == "" {
		mount = method
	}
	k.hide.Hide(secret.New(body["secret_id"]), secret.New(body["jwt"]))
	return login{method: method, mount: mount, body: body}
}

// secretOf gives a variable, or what is in the file that its _FILE form names.
func (k *Keeper) secretOf(name string) (string, error) {
	if text, _ := k.look(name); text != "" {
		return text, nil
	}
	file, variable := k.look(name + "_FILE")
	if file == "" {
		return "", nil
	}
	return secretFile(file, variable)
}

// authenticate gives a token, for as long as this Keeper lives.
func (k *Keeper) authenticate(ctx context.Context, s *session) (secret.Text, error) {
	how, err := k.login()
	if err != nil {
		return secret.Text{}, err
	}
	if !how.token.IsZero() {
		k.hide.Hide(how.token)
		return how.token, nil
	}
	body, err := json.Marshal(how.body)
	if err != nil {
		return secret.Text{}, err
	}
	reply, err := k.send(ctx, s, http.MethodPost, "/v1/auth/"+escaped(how.mount)+"/login", body)
	if err != nil {
		return secret.Text{}, err
	}
	var granted struct {
		Auth struct {
			ClientToken string `json:"client_token"`
		} `json:"auth"`
	}
	_ = json.Unmarshal(reply.body, &granted)
	if reply.status != http.StatusOK || granted.Auth.ClientToken == "" {
		if k.isOutage(reply) {
			return secret.Text{}, k.outage(reply, s)
		}
		return secret.Text{}, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "vault-login-refused", Status: reply.status,
			Text: k.hide.Clean(reply.words()), Endpoint: s.endpoint(),
			Facts: map[string]string{"method": how.method, "mount": how.mount, "namespace": s.namespace}}
	}
	token := secret.New(granted.Auth.ClientToken)
	k.hide.Hide(token)
	return token, nil
}
