// Package vault keeps texts in a key-value secrets engine, version 2, of
// HashiCorp Vault or OpenBao, which speak the same.
//
// Each name is a secret of its own below one path. A lock of this machine does
// not reach another, so every write says which version it replaces: the one
// that was read. Whoever comes second is refused with [ErrChanged], and reads
// again; nobody's token is lost.
// Source: the HTTP API of the KV engine, openbao.org/api-docs/secret/kv/kv-v2
// (seen 2026-11-21).
package vault

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// ErrChanged is in the error of a Write when somebody else wrote since the text
// was read.
var ErrChanged = errors.New("changed since it was read")

// tries bounds how often a Write that replaces whatever is there begins anew.
const tries = 5

// Keeper is a path of an engine. It is made by [New]. Any goroutine may use it.
type Keeper struct {
	mount, path string
	env         func(string) (string, bool)
	hide        secret.Redactor

	mu      sync.Mutex
	seen    map[string]int // the version of each name that was read or written last
	session *session
}

// New gives the path that where names, MOUNT/PATH; a slash within the name of
// the mount is written %2F. Nothing is asked, and no variable is looked at yet.
func New(where string, env func(string) (string, bool)) (*Keeper, error) {
	mount, path, _ := strings.Cut(strings.Trim(where, "/"), "/")
	mount, err := url.PathUnescape(mount)
	for part := range strings.SplitSeq(mount+"/"+path, "/") {
		if err != nil || part == "" || part == "." || part == ".." || strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			// The value is not repeated: it may be a secret that was meant for another flag.
			return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-where",
				Facts: map[string]string{"flag": "--store", "wanted": "vault:MOUNT/PATH"}}
		}
	}
	return &Keeper{mount: mount, path: path, env: env, seen: map[string]int{}}, nil
}

// Read gives a text: an error that wraps [io/fs.ErrNotExist] where there is
// none, else a *diagnosis.Symptom. It remembers the version for Write.
func (k *Keeper) Read(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel, err := k.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	text, version, err := k.read(ctx, name)
	if err == nil || isAbsent(err) {
		k.remember(name, version)
	}
	return text, err
}

// Write puts a text, which is a JSON object, in the place of the version that
// this Keeper read or wrote last: if there is another by now, the error holds
// [ErrChanged]. A name that was never read is replaced whatever it holds: its
// new text owes nothing to the old.
func (k *Keeper) Write(ctx context.Context, name string, text []byte) error {
	ctx, cancel, err := k.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	k.mu.Lock()
	version, known := k.seen[name]
	k.mu.Unlock()
	if known {
		return k.write(ctx, name, text, version)
	}
	for range tries {
		_, version, err := k.read(ctx, name)
		if err != nil && !isAbsent(err) {
			return err
		}
		if err = k.write(ctx, name, text, version); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return k.changed()
}

// Remove forgets a text with all its versions. None there is no error.
func (k *Keeper) Remove(ctx context.Context, name string) error {
	ctx, cancel, err := k.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	reply, err := k.call(ctx, http.MethodDelete, k.to("metadata", name), nil)
	if err != nil {
		return err
	}
	switch reply.status {
	case http.StatusOK, http.StatusNoContent:
		k.remember(name, 0)
		return nil
	case http.StatusNotFound:
		if len(reply.errors()) == 0 {
			k.remember(name, 0)
			return nil
		}
	}
	return k.refused(ctx, reply, "metadata", `"delete"`)
}

// kept is a version of a secret as the engine gives it.
type kept struct {
	Data struct {
		Data     json.RawMessage `json:"data"`
		Metadata struct {
			Version int `json:"version"`
		} `json:"metadata"`
	} `json:"data"`
}

// read gives a text and its version. Of a deleted version the error is that of
// one that is not there, and the number is given all the same: it is the one
// that a write replaces.
func (k *Keeper) read(ctx context.Context, name string) ([]byte, int, error) {
	reply, err := k.call(ctx, http.MethodGet, k.to("data", name), nil)
	if err != nil {
		return nil, 0, err
	}
	var got kept
	isJSON := json.Unmarshal(reply.body, &got) == nil
	version := got.Data.Metadata.Version
	switch {
	case reply.status == http.StatusNotFound && isJSON && len(reply.errors()) == 0:
		return nil, version, absent
	case reply.status != http.StatusOK:
		return nil, 0, k.refused(ctx, reply, "data", `"read"`)
	case !isJSON:
		return nil, 0, k.odd(reply)
	case version == 0: // a secret of version 1 that happens to lie there
		return nil, 0, k.notKV2()
	case len(got.Data.Data) == 0 || string(got.Data.Data) == "null":
		return nil, version, absent
	}
	return got.Data.Data, version, nil
}

func (k *Keeper) write(ctx context.Context, name string, text []byte, version int) error {
	body, err := json.Marshal(map[string]any{"data": json.RawMessage(text), "options": map[string]int{"cas": version}})
	if err != nil {
		return err
	}
	reply, err := k.call(ctx, http.MethodPost, k.to("data", name), body)
	if err != nil {
		return err
	}
	if reply.status != http.StatusOK && reply.status != http.StatusNoContent {
		if reply.status == http.StatusBadRequest && strings.Contains(reply.words(), "did not match") {
			return k.changed()
		}
		return k.refused(ctx, reply, "data", `"create", "update"`)
	}
	var made struct {
		Data struct {
			Version int `json:"version"`
		} `json:"data"`
	}
	if json.Unmarshal(reply.body, &made) != nil || made.Data.Version == 0 {
		// An engine of version 1 takes anything, and keeps no versions.
		_, _ = k.call(ctx, http.MethodDelete, k.to("data", name), nil)
		return k.notKV2()
	}
	k.remember(name, made.Data.Version)
	return nil
}

func (k *Keeper) remember(name string, version int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen[name] = version
}

// to is the address of a name below one of the engine's two branches.
func (k *Keeper) to(branch, name string) string {
	return "/v1/" + escaped(k.mount) + "/" + branch + "/" + escaped(k.path) + "/" + url.PathEscape(name)
}

// escaped is a path with its slashes left as they are.
func escaped(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}
