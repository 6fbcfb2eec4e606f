package vault

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"gmailoauth/internal/diagnosis"
)

// absent is the error of a name that is not there.
var absent = fs.ErrNotExist

func isAbsent(err error) bool { return errors.Is(err, absent) }

// refused makes a Symptom of an answer that is none of those hoped for. branch
// and capabilities are what was asked of the engine, as a policy names them.
func (k *Keeper) refused(ctx context.Context, got reply, branch, capabilities string) error {
	words := got.words()
	switch {
	case k.isOutage(got):
		return k.outage(got, k.session)
	case got.status == http.StatusForbidden:
		return k.forbidden(ctx, got, branch, capabilities)
	case got.status == http.StatusNotFound && strings.Contains(words, "no handler for route"):
		return k.symptom("vault-no-mount", got)
	case strings.Contains(words, "unsupported operation"), strings.Contains(words, "unsupported path"), got.status == http.StatusMethodNotAllowed:
		return k.notKV2()
	}
	return k.odd(got)
}

// forbidden tells a token that is no longer good from one that may not do this:
// the server's words are often the same.
func (k *Keeper) forbidden(ctx context.Context, got reply, branch, capabilities string) error {
	words := got.words()
	dead := strings.Contains(words, "invalid token") || strings.Contains(words, "bad token")
	if !dead {
		self, err := k.call(ctx, http.MethodGet, "/v1/auth/token/lookup-self", nil)
		dead = err == nil && self.status == http.StatusForbidden
	}
	if dead {
		return k.symptom("vault-token-refused", got)
	}
	path := k.mount + "/" + branch + "/" + k.path + "/*"
	return k.symptom("vault-policy", got).With("policy_path", path, "capabilities", capabilities,
		"policy", `path "`+path+`" { capabilities = [`+capabilities+`] }`)
}

// isOutage: sealed, starting, over a quota, without a leader, or behind a proxy
// that finds nobody. All of it passes.
func (k *Keeper) isOutage(got reply) bool {
	return got.status >= 500 || got.status == http.StatusTooManyRequests || got.status == http.StatusPreconditionFailed ||
		strings.Contains(got.words(), "Upgrading from non-versioned to versioned")
}

func (k *Keeper) outage(got reply, s *session) error {
	symptom := k.symptom("vault-unavailable", got)
	if strings.Contains(got.words(), "sealed") {
		symptom = k.symptom("vault-sealed", got)
	}
	symptom.Endpoint = s.endpoint()
	return symptom
}

func (k *Keeper) notKV2() error { return k.symptom("vault-not-kv2", reply{}) }

// odd is an answer that no Vault gives.
func (k *Keeper) odd(got reply) error { return k.symptom("vault-odd-reply", got) }

func (k *Keeper) changed() error {
	symptom := k.symptom("vault-changed", reply{})
	symptom.Err = ErrChanged
	return symptom
}

// symptom is made with what every refusal knows.
func (k *Keeper) symptom(code string, got reply) *diagnosis.Symptom {
	s := &diagnosis.Symptom{Where: diagnosis.AtStore, Code: code, Status: got.status, Text: k.hide.Clean(got.words())}
	if k.session == nil {
		return s
	}
	s.Endpoint = k.session.endpoint()
	return s.With("mount", k.mount, "path", k.path, "namespace", k.session.namespace)
}
