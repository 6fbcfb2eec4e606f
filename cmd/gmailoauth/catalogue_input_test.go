package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"

	"gmailoauth/internal/account"
)

// line is a command line that is wrong in itself.
func line(args ...string) produced {
	return func(o *workplace) told { return o.runs(args...) }
}

// inputRows are flags, variables and answers.
func inputRows() map[string]produced {
	nocobase := func(set string) produced { return line("plan", "--target", "nocobase", "--set", set) }
	return map[string]produced{
		"unknown-command":         line("verfiy"),
		"no-such-command":         line("frobnicate"),
		"unknown-flag":            line("version", "--acount", "x"),
		"flag-without-value":      line("version", "--timeout"),
		"bad-flag":                line("version", "--timeout", "soon"),
		"missing-flag":            line("authorize", "sales@example.com", "--client-id", "x"),
		"extra-argument":          line("version", "now"),
		"missing-argument":        line("authorize"),
		"wrong-argument":          line("explain", "one", "two"),
		"unknown-diagnosis":       line("explain", "xyz"),
		"missing-answers":         line("setup", "--no-input"),
		"no-email":                line("authorize", ""),
		"bad-email":               line("authorize", "office"),
		"no-accounts":             line("verify"),
		"unknown-target":          line("plan", "--target", "yetiforse"),
		"empty-value":             line("plan", "--project", ""),
		"value-copied-badly":      line("plan", "--client-id", "81540 7401234-abc.apps.googleusercontent.com"),
		"bad-project-id":          line("plan", "--project", "My Mail"),
		"bad-set":                 nocobase("base_url"),
		"unknown-variable":        nocobase("baseurl=https://office.example.com"),
		"set-without-target":      line("plan", "--set", "base_url=https://office.example.com"),
		"url-not-https":           nocobase("base_url=http://office.example.com"),
		"url-is-ip":               nocobase("base_url=https://192.0.2.7"),
		"url-not-public":          nocobase("base_url=https://office.local"),
		"url-unreadable":          nocobase("base_url=https://%%"),
		"unknown-scenario":        line("sandbox", "--scenario", "nonsense"),
		"client-missing":          line("authorize", "sales@example.com"),
		"store-variables-missing": line("verify", "--store", "env"),

		"flags-exclude-each-other": line("setup", "--sandbox", "--provider", "provider.yaml", "--no-input"),
		"value-not-among-choices":  line("plan", "--audience", "everybody"),
		"url-with-forbidden-part":  nocobase("base_url=https://office.example.com/#top"),
		"addresses-differ": line("plan", "--target", "yetiforce", "--set", "base_url=https://crm.example.com",
			"--set", "redirect_uri=https://other.example.com/webservice/OAuth/MailAccount/1"),
		"bad-variable": func(o *workplace) told {
			o.env["GMAILOAUTH_TIMEOUT"] = "soon"
			return o.runs("version")
		},
		"no-home": func(o *workplace) told {
			delete(o.env, "HOME")
			return o.runs("accounts", "list")
		},
		"bad-port": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			return o.runs("authorize", o.who, "--client-file", file, "--redirect-port", "99999")
		},
		"bad-domain": func(o *workplace) told {
			target := o.file("target.yaml", strings.Replace(ownTarget, "check: https-url", "check: domain", 1))
			return o.runs("plan", "--target", target, "--set", "base_url=https://example.com/")
		},
		"stdin-twice": func(o *workplace) told {
			client := o.box.NewClient(account.Desktop, nil, "my-mail-123")
			o.in = strings.NewReader(string(o.box.ClientJSON(client)))
			return o.runs("authorize", o.who, "--client-file", "-", "--refresh-token-file", "-")
		},
		"client-ids-differ": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			return o.runs("authorize", o.who, "--client-file", file, "--client-id", "another")
		},
		"one-account-per-token": func(o *workplace) told {
			client, file := o.client(account.Desktop)
			token := o.box.Authorize(client, o.who)
			return o.runs("setup", "--no-input", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
				"--account", o.who, "--account", "boss@example.com", "--client-file", file, "--refresh-token-file", o.secretFile(token))
		},
		"client-of-wrong-type": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			return o.runs("setup", "--no-input", "--target", "nocobase", "--set", "base_url=https://office.example.com",
				"--project", "my-mail-123", "--audience", "internal", "--account", o.who, "--client-file", file)
		},
		"input-ended": func(o *workplace) told {
			o.tty = true
			return o.runs("setup", "--accessible")
		},
		"sandbox-port-unavailable": func(o *workplace) told {
			_, port, _ := net.SplitHostPort(o.taken())
			return o.runs("sandbox", "--port", port)
		},
		"callback-port-in-use": func(o *workplace) told {
			_, port, _ := net.SplitHostPort(o.taken())
			_, file := o.client(account.Desktop)
			return o.runs("authorize", o.who, "--client-file", file, "--redirect-port", port)
		},
		"bug": func(o *workplace) told {
			o.sink = brokenTerminal{}
			return o.runs("version")
		},
	}
}

// brokenTerminal fails as only a fault in a program can.
type brokenTerminal struct{}

func (brokenTerminal) Write([]byte) (int, error) { panic("index out of range") }

// taken is an address of this machine at which somebody listens.
func (o *workplace) taken() string {
	o.t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = socket.Close() })
	return socket.Addr().String()
}

// untaken is one at which nobody does: it has just been given up.
func (o *workplace) untaken() string {
	o.t.Helper()
	return net.JoinHostPort("127.0.0.1", unusedPort(o.t))
}

// file writes a file and gives its path.
func (o *workplace) file(name, content string) string {
	o.t.Helper()
	path := filepath.Join(o.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return path
}

// reads gives a file to a command that takes it behind args.
func reads(name, content string, args ...string) produced {
	return func(o *workplace) told { return o.runs(append(args, o.file(name, content))...) }
}

const (
	ownClient = `{"installed": {"client_id": "8154-abc.apps.googleusercontent.com", "project_id": "my-mail-123", "client_secret": "x-secret",
 "auth_uri": "https://accounts.example.com/auth", "token_uri": "https://accounts.example.com/token", "redirect_uris": ["http://localhost"]}}`
	ownProvider = "authorization_endpoint: https://127.0.0.1:1/auth\ntoken_endpoint: https://127.0.0.1:1/token\n"
	ownTarget   = `client_type: web
protocols: [imap, smtp]
redirect_uris: ["https://office.example.com/callback"]
variables:
  - {key: base_url, check: https-url, required: true}
text: {en: {title: Office, summary: mail, variables: {base_url: {label: Address}}}}
`
)

// fileRows are files that the admin gives.
func fileRows() map[string]produced {
	client := func(content string) produced {
		return reads("client.json", content, "client", "check", "--client-file")
	}
	provider := func(content string) produced {
		return func(o *workplace) told {
			return o.runs("client", "check", "--client-file", o.file("client.json", ownClient), "--provider", o.file("provider.yaml", content))
		}
	}
	target := func(content string) produced { return reads("target.yaml", content, "targets", "check") }
	return map[string]produced{
		"unreadable-file":                line("client", "check", "--client-file", "/nowhere/client.json"),
		"client-file-empty":              client(""),
		"client-file-not-json":           client("Client ID: 8154-abc\n"),
		"client-file-truncated":          client(ownClient[:60]),
		"client-file-is-service-account": client(`{"type": "service_account", "project_id": "my-mail-123"}`),
		"client-file-of-another-kind":    client(`{"name": "something", "version": 2}`),
		"client-file-damaged":            client(strings.Replace(ownClient, `"8154-abc.apps.googleusercontent.com"`, `""`, 1)),
		"client-file-without-secret":     client(strings.Replace(ownClient, `"client_secret"`, `"secret"`, 1)),
		"client-file-too-large":          client(ownClient + strings.Repeat(" ", 1<<20)),
		"provider-file-unreadable":       provider("{"),
		"provider-key-missing":           provider("authorization_endpoint: https://127.0.0.1:1/auth\n"),
		"provider-key-unknown":           provider(ownProvider + "tokenendpoint: https://127.0.0.1:1/token\n"),
		"provider-mail-without-tls":      provider(ownProvider + "imap: {host: 127.0.0.1, port: 143, tls: none}\n"),
		"provider-plain-http":            provider(strings.ReplaceAll(ownProvider, "https://127.0.0.1:1", "http://mail.example.com")),
		"provider-value-wrong":           provider(ownProvider + "imap: mail.example.com\n"),
		"ca-file-unusable":               provider(ownProvider + "ca_file: missing.pem\n"),
		"target-file-unreadable":         target("{"),
		"target-key-unknown":             target(strings.Replace(ownTarget, "redirect_uris", "redirect_uri", 1)),
		"target-value-wrong":             target(strings.Replace(ownTarget, "client_type: web", "client_type: browser", 1)),
		"secret-file-unusable":           reads("secret", "", "authorize", "sales@example.com", "--client-id", "x", "--client-secret-file"),
		"output-file-unwritable": func(o *workplace) told {
			o.connect()
			return o.runs("export", "generic-desktop", o.who, "--output", "/nowhere/sheet.txt")
		},
	}
}
