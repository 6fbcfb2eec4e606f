// Package vaultclient holds the look-alike of Vault, and the Keeper that is
// tested with it, against a client that is not ours: OpenBao's. It is a module
// of its own, since the client links much that the program does not need.
package vaultclient

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openbao/openbao/api/v2"

	"gmailoauth/internal/store/vault"
	"gmailoauth/internal/store/vault/vaulttest"
)

// both gives the look-alike, their client and our Keeper for one path.
func both(t *testing.T, namespace string) (*vaulttest.Server, *api.Client, *vault.Keeper) {
	t.Helper()
	s := vaulttest.Start()
	t.Cleanup(s.Close)
	s.Allow("hvs.owner", "kv/*", "create read update delete")
	if namespace != "" {
		s.Mount(namespace, "kv")
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, s.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	// Both read the same variables: those of this process, and of this test.
	for name, value := range map[string]string{"VAULT_ADDR": s.URL, "VAULT_CACERT": ca, "VAULT_TOKEN": "hvs.owner", "VAULT_NAMESPACE": namespace} {
		t.Setenv(name, value)
	}
	config := api.DefaultConfig()
	if config.Error != nil {
		t.Fatal(config.Error)
	}
	config.MaxRetries = 0
	client, err := api.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := vault.New("kv/mail", os.LookupEnv, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, client, keeper
}

func TestEachReadsWhatTheOtherWrote(t *testing.T) {
	for _, namespace := range []string{"", "team"} {
		_, client, keeper := both(t, namespace)
		theirs := client.KVv2("kv")
		if err := keeper.Write(t.Context(), "a@example.com", []byte(`{"refresh_token":"1//ours","n":7}`)); err != nil {
			t.Fatal(err)
		}
		got, err := theirs.Get(t.Context(), "mail/a@example.com")
		if err != nil || got.Data["refresh_token"] != "1//ours" || got.VersionMetadata.Version != 1 {
			t.Fatalf("Get = %+v, %v, want ours as version 1", got, err)
		}
		if _, err := theirs.Put(t.Context(), "mail/a@example.com", map[string]any{"refresh_token": "1//theirs"}, api.WithCheckAndSet(1)); err != nil {
			t.Fatalf("Put over version 1 = %v, want nil", err)
		}
		err = keeper.Write(t.Context(), "a@example.com", []byte(`{}`))
		if !errors.Is(err, vault.ErrChanged) {
			t.Errorf("our Write over what they wrote = %v, want ErrChanged", err)
		}
		text, err := keeper.Read(t.Context(), "a@example.com")
		if err != nil || string(text) != `{"refresh_token":"1//theirs"}` {
			t.Errorf("Read = %s, %v, want theirs", text, err)
		}
	}
}

func TestCheckAndSet(t *testing.T) {
	_, client, _ := both(t, "")
	theirs := client.KVv2("kv")
	if _, err := theirs.Put(t.Context(), "mail/a", map[string]any{"n": "1"}, api.WithCheckAndSet(0)); err != nil {
		t.Fatalf("Put of what is new = %v, want nil", err)
	}
	_, err := theirs.Put(t.Context(), "mail/a", map[string]any{"n": "2"}, api.WithCheckAndSet(0))
	refusal, ok := errors.AsType[*api.ResponseError](err)
	if !ok || refusal.StatusCode != 400 || !strings.Contains(strings.Join(refusal.Errors, " "), "check-and-set parameter did not match the current version") {
		t.Errorf("Put over it as if it were new = %v, want the refusal", err)
	}
	made, err := theirs.Put(t.Context(), "mail/a", map[string]any{"n": "2"})
	if err != nil || made.VersionMetadata.Version != 2 {
		t.Errorf("Put without a condition = %+v, %v, want version 2", made, err)
	}
}

func TestDeletion(t *testing.T) {
	s, client, keeper := both(t, "")
	theirs := client.KVv2("kv")
	s.Put("mail/a", `{"n":"1"}`)
	s.DeleteVersion("mail/a")
	got, err := theirs.Get(t.Context(), "mail/a")
	if err != nil || got.Data != nil || got.VersionMetadata.DeletionTime.IsZero() || got.VersionMetadata.Version != 1 {
		t.Errorf("Get of a deleted version = %+v, %v, want its metadata alone", got, err)
	}
	if err := keeper.Write(t.Context(), "a", []byte(`{"n":"2"}`)); err != nil {
		t.Errorf("Write over a deleted version = %v, want nil", err)
	}
	if err := theirs.DeleteMetadata(t.Context(), "mail/a"); err != nil {
		t.Fatalf("DeleteMetadata = %v, want nil", err)
	}
	if _, err := keeper.Read(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read after it = %v, want fs.ErrNotExist", err)
	}
	if _, err := theirs.Get(t.Context(), "mail/a"); !errors.Is(err, api.ErrSecretNotFound) {
		t.Errorf("Get after it = %v, want ErrSecretNotFound", err)
	}
}

func TestLogins(t *testing.T) {
	s, client, _ := both(t, "")
	client.ClearToken()
	s.Login("", "approle", "hvs.role", map[string]string{"role_id": "r", "secret_id": "s"})
	s.Login("", "kubernetes", "hvs.pod", map[string]string{"role": "mail", "jwt": "ey.x.y"})
	for mount, body := range map[string]map[string]any{"approle": {"role_id": "r", "secret_id": "s"}, "kubernetes": {"role": "mail", "jwt": "ey.x.y"}} {
		got, err := client.Logical().WriteWithContext(t.Context(), "auth/"+mount+"/login", body)
		if err != nil || got.Auth == nil || !strings.HasPrefix(got.Auth.ClientToken, "hvs.") {
			t.Errorf("login at %s = %+v, %v, want a token", mount, got, err)
		}
	}
	_, err := client.Logical().WriteWithContext(t.Context(), "auth/approle/login", map[string]any{"role_id": "r", "secret_id": "x"})
	if refusal, ok := errors.AsType[*api.ResponseError](err); !ok || refusal.StatusCode != 400 {
		t.Errorf("login with a wrong secret = %v, want 400", err)
	}
}

func TestRefusals(t *testing.T) {
	s, client, _ := both(t, "")
	s.Allow("hvs.nobody")
	for token, words := range map[string]string{"hvs.nobody": "permission denied", "hvs.unknown": "invalid token"} {
		client.SetToken(token)
		_, err := client.KVv2("kv").Get(t.Context(), "mail/a")
		refusal, ok := errors.AsType[*api.ResponseError](err)
		if !ok || refusal.StatusCode != 403 || !strings.Contains(strings.Join(refusal.Errors, " "), words) {
			t.Errorf("Get as %s = %v, want 403 and %q", token, err, words)
		}
	}
	client.SetToken("hvs.nobody")
	if _, err := client.Auth().Token().LookupSelfWithContext(t.Context()); err != nil {
		t.Errorf("LookupSelf = %v, want nil", err)
	}
	s.Break(503, "Vault is sealed")
	_, err := client.KVv2("kv").Get(t.Context(), "mail/a")
	if refusal, ok := errors.AsType[*api.ResponseError](err); !ok || refusal.StatusCode != 503 {
		t.Errorf("Get when sealed = %v, want 503", err)
	}
}
