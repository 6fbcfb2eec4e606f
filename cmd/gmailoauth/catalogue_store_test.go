package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

// keptFiles gives the paths of the two files that are kept of an account.
func (o *workplace) keptFiles() (accountFile, secretsFile string) {
	o.t.Helper()
	found := [2]string{}
	for i, pattern := range []string{".config/gmailoauth/accounts/*.json", ".local/share/gmailoauth/secrets/*.json"} {
		files, err := filepath.Glob(filepath.Join(o.env["HOME"], pattern))
		if err != nil || len(files) != 1 {
			o.t.Fatalf("%s: %v %v, want one file", pattern, files, err)
		}
		found[i] = files[0]
	}
	return found[0], found[1]
}

// spoiled does something to the secrets file of an account, and asks for its token.
func spoiled(spoil func(o *workplace, file string) error) produced {
	return func(o *workplace) told {
		o.connect()
		_, file := o.keptFiles()
		if err := spoil(o, file); err != nil {
			o.t.Fatal(err)
		}
		return o.runs("token", o.who)
	}
}

// rewritten changes the keys of a file of ours.
func rewritten(file string, change func(map[string]any)) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	change(object)
	if data, err = json.Marshal(object); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// storeRows are what can be wrong with our own files, and with the store's flag.
func storeRows() map[string]produced {
	connected := func(args ...string) produced {
		return func(o *workplace) told {
			o.connect()
			return o.runs(args...)
		}
	}
	return map[string]produced{
		"store-unknown":         connected("token", "sales@example.com", "--store", "drawer"),
		"store-folder-unusable": connected("token", "sales@example.com", "--store", "file:~/secrets"),
		"store-folder-taken": func(o *workplace) told {
			o.connect()
			return o.runs("accounts", "move", "--to", "file:"+o.folders().Accounts())
		},
		"account-unknown":         connected("token", "nobody@example.com"),
		"reveal-needs-a-terminal": connected("accounts", "show", "sales@example.com", "--reveal"),
		"store-cannot-be-written": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			return o.runs("authorize", o.who, "--client-file", file, "--store", "env")
		},
		"account-not-named": func(o *workplace) told {
			o.connect()
			o.who = "boss@example.com"
			o.connect()
			return o.runs("token")
		},
		"account-without-secrets": spoiled(func(_ *workplace, file string) error { return os.Remove(file) }),
		"account-without-refresh-token": func(o *workplace) told {
			o.connect()
			_, file := o.keptFiles()
			if err := rewritten(file, func(object map[string]any) { delete(object, "refresh_token") }); err != nil {
				o.t.Fatal(err)
			}
			return o.runs("token", o.who, "--renew")
		},
		"file-open-to-others": spoiled(func(_ *workplace, file string) error { return os.Chmod(file, 0o644) }),
		"file-corrupt":        spoiled(func(_ *workplace, file string) error { return os.Truncate(file, 20) }),
		"file-of-a-newer-version": spoiled(func(_ *workplace, file string) error {
			return rewritten(file, func(object map[string]any) { object["format"] = 2 })
		}),
		"file-is-no-file": spoiled(func(_ *workplace, file string) error {
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.Mkdir(file, 0o700)
		}),
		"disk-failed": spoiled(func(_ *workplace, file string) error { // a link that leads to itself cannot be read
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.Symlink(filepath.Base(file), file)
		}),
		"store-busy": func(o *workplace) told {
			o.connect()
			root := o.env["HOME"]
			secrets, err := store.Open("file", store.Options{Paths: store.Paths{Data: filepath.Join(root, ".local/share/gmailoauth")}})
			if err != nil {
				o.t.Fatal(err)
			}
			release, err := secrets.Lock(o.t.Context(), o.who)
			if err != nil {
				o.t.Fatal(err)
			}
			defer release()
			return o.runs("token", o.who, "--renew", "--timeout", "200ms")
		},
		"output-not-written": func(o *workplace) told {
			o.connect()
			reader, writer, err := os.Pipe()
			if err != nil {
				o.t.Fatal(err)
			}
			defer func() { _ = writer.Close() }()
			_ = reader.Close() // nobody reads on
			o.sink = writer
			return o.runs("accounts", "show", o.who)
		},
		"interrupted": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			o.use("token-hang")
			ctx, stop := context.WithCancel(o.t.Context())
			defer stop()
			time.AfterFunc(100*time.Millisecond, stop)
			code, out, stderr := o.let(func(a *app) int {
				return a.run(ctx, []string{"client", "check", "--client-file", file, "--format", "json"})
			})
			return told{code: code, out: out, err: stderr}
		},
	}
}
