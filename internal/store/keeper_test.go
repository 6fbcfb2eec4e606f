package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// memory is a Keeper that a test can look into.
type memory struct {
	mu    sync.Mutex
	texts map[string]string
	reads int
}

func (m *memory) Read(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	text, ok := m.texts[name]
	if !ok {
		return nil, fmt.Errorf("nothing here: %w", fs.ErrNotExist)
	}
	return []byte(text), nil
}

func (m *memory) Write(_ context.Context, name string, text []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts[name] = string(text)
	return nil
}

func (m *memory) Remove(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.texts, name)
	return nil
}

// What is not ours is named, never shown, and never overwritten.
func TestTextThatIsNotOurs(t *testing.T) {
	for _, text := range []string{"", "my PIN is 1234", `{"format":1,"account":"else@example.com","refresh_token":"1//mine"}`} {
		m := &memory{texts: map[string]string{"a@example.com": text}}
		s := &keptSecrets{keeper: m, spec: "shelf", locks: filepath.Join(t.TempDir(), "locks")}
		_, got := s.Get(t.Context(), "A@example.com")
		put := s.Put(t.Context(), "a@example.com", account.Credentials{ClientSecret: secret.New("s")})
		for _, err := range []error{got, put} {
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || symptom.Code != "corrupt-secret" || symptom.Facts["store"] != "shelf" || symptom.Facts["account"] == "" {
				t.Errorf("text %q: %v, want corrupt-secret with store and account", text, err)
			}
			if strings.Contains(fmt.Sprintf("%v", err), "1234") || strings.Contains(fmt.Sprintf("%v", err), "1//mine") {
				t.Errorf("text %q is shown: %v", text, err)
			}
		}
		if m.texts["a@example.com"] != text {
			t.Errorf("text is now %q, want it as it was", m.texts["a@example.com"])
		}
		if err := s.Delete(t.Context(), "a@example.com"); err != nil || len(m.texts) != 0 {
			t.Errorf("Delete = %v, left %v, want nothing left", err, m.texts)
		}
	}
}

// A Keeper that checks by itself what it replaces is not read behind its back.
func TestUncheckedPutDoesNotRead(t *testing.T) {
	m := &memory{texts: map[string]string{}}
	s := &keptSecrets{keeper: m, locks: filepath.Join(t.TempDir(), "locks"), unchecked: true}
	if err := s.Put(t.Context(), "a@example.com", account.Credentials{}); err != nil || m.reads != 0 {
		t.Errorf("Put = %v after %d reads, want none", err, m.reads)
	}
}
