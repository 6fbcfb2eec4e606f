package store_test

import (
	"testing"

	lib "github.com/zalando/go-keyring"

	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// An age identity in the keyring is made with the first secret.
func TestAgeStoreWithItsIdentityInTheKeyring(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		lib.MockInit()
		options := store.Options{Paths: pathsIn(t.TempDir()), Env: variables(map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/stand-in"})}
		first, err := store.Open("age:keyring", options)
		if err != nil {
			t.Fatal(err)
		}
		again, err := store.Open("age:keyring", options)
		if err != nil {
			t.Fatal(err)
		}
		return first, again
	}}.Run(t)
}

// The library's stand-in for a keyring; a real one is asked in internal/e2e.
func TestKeyringStore(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		lib.MockInit()
		options := store.Options{Paths: pathsIn(t.TempDir()), Env: variables(map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/stand-in"})}
		first, err := store.Open("keyring", options)
		if err != nil {
			t.Fatal(err)
		}
		again, err := store.Open("keyring", options)
		if err != nil {
			t.Fatal(err)
		}
		return first, again
	}}.Run(t)
}
