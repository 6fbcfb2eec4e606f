package main

import (
	"bytes"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// moved brings an account into a store before something is done to it.
func (o *workplace) moved(to string) {
	o.t.Helper()
	o.connect()
	if got := o.runs("accounts", "move", "--to", to); got.code != 0 {
		o.t.Fatalf("accounts move --to %s = %d\n%s", to, got.code, got.err)
	}
}

// keeper is a program that keeps secrets as a script says.
func (o *workplace) keeper(script string) string {
	o.t.Helper()
	file := filepath.Join(o.env["HOME"], "keeper")
	must(o.t, os.WriteFile(file, []byte("#!/bin/sh\nfile='"+o.env["HOME"]+"/kept'\n"+script+"\n"), 0o700))
	return "command:'" + file + "'"
}

// good is a script that does what is asked for.
const good = `case $1 in
get) [ -e "$file" ] || exit 66; cat "$file" ;;
put) cat >"$file" ;;
delete) rm "$file" ;;
esac`

// sealed has an account in an age store, spoils something, and asks for its token.
func sealed(spoil func(o *workplace, file, identity string) error) produced {
	return func(o *workplace) told {
		identity := filepath.Join(o.env["HOME"], "identity")
		o.moved("age:" + identity)
		files, err := filepath.Glob(filepath.Join(o.env["HOME"], ".local/share/gmailoauth/age/*/*.age"))
		if err != nil || len(files) != 1 {
			o.t.Fatalf("sealed files %v, %v, want one", files, err)
		}
		must(o.t, spoil(o, files[0], identity))
		return o.runs("token", o.who)
	}
}

// underPassphrase locks an identity file with a passphrase.
func underPassphrase(file, passphrase string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return err
	}
	recipient.SetWorkFactor(8)
	var locked bytes.Buffer
	w, err := age.Encrypt(&locked, recipient)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, locked.Bytes(), 0o600)
}

// elsewhereRows are what stores say that are no plain files.
func elsewhereRows() map[string]produced {
	kept := func(script string) produced { // a program that is replaced once it has the secrets
		return func(o *workplace) told {
			o.moved(o.keeper(good))
			o.keeper(script)
			return o.runs("token", o.who, "--timeout", "500ms")
		}
	}
	return map[string]produced{
		"store-command-unreadable": func(o *workplace) told {
			o.connect()
			return o.runs("token", o.who, "--store", "command:'pass")
		},
		"age-identity-missing": sealed(func(_ *workplace, _, identity string) error { return os.Remove(identity) }),
		"age-identity-unusable": sealed(func(_ *workplace, _, identity string) error {
			return os.WriteFile(identity, []byte("hello"), 0o600)
		}),
		"age-identity-locked": sealed(func(_ *workplace, _, identity string) error { return underPassphrase(identity, "open sesame") }),
		"age-identity-of-another": sealed(func(_ *workplace, _, identity string) error {
			other, err := age.GenerateX25519Identity()
			if err != nil {
				return err
			}
			return os.WriteFile(identity, []byte(other.String()), 0o600)
		}),
		"age-file-damaged": sealed(func(_ *workplace, file, _ string) error { return os.Truncate(file, 200) }),
		"age-passphrase-wrong": func(o *workplace) told {
			identity := filepath.Join(o.env["HOME"], "identity")
			o.moved("age:" + identity)
			must(o.t, underPassphrase(identity, "open sesame"))
			o.env["GMAILOAUTH_AGE_PASSPHRASE"] = "close sesame"
			return o.runs("accounts", "move", "--to", "file")
		},
		"store-program-missing": func(o *workplace) told {
			o.moved(o.keeper(good))
			must(o.t, os.Remove(filepath.Join(o.env["HOME"], "keeper")))
			return o.runs("token", o.who)
		},
		"store-program-silent": kept("exec sleep 60"),
		"store-program-later":  kept("echo 'the vault is being synchronised' >&2\nexit 75"),
		"store-program-failed": kept("echo 'not signed in' >&2\nexit 1"),
		"secret-corrupt": func(o *workplace) told {
			o.moved(o.keeper(good))
			must(o.t, os.WriteFile(filepath.Join(o.env["HOME"], "kept"), []byte("my PIN is 1234"), 0o600))
			return o.runs("token", o.who)
		},
		"store-kept-otherwise": func(o *workplace) told {
			o.connect()
			return o.runs("accounts", "move", "--to", o.keeper("[ $1 != get ] || exit 66"))
		},
		"store-copy-left": func(o *workplace) told {
			o.moved(o.keeper("[ $1 != delete ] || { echo 'this vault is read-only' >&2; exit 1; }\n" + good))
			return o.runs("accounts", "move", "--to", "file")
		},
	}
}
