// Package internal: this file keeps modules in go.mod while rooms are being written.
package internal

import (
	_ "charm.land/bubbletea/v2"
	_ "charm.land/huh/v2"
	_ "charm.land/huh/v2/spinner"
	_ "charm.land/lipgloss/v2"
	_ "charm.land/lipgloss/v2/table"
	_ "github.com/cenkalti/backoff/v5"
	_ "github.com/charmbracelet/colorprofile"
	_ "github.com/chromedp/chromedp"
	_ "github.com/creack/pty"
	_ "github.com/emersion/go-imap/v2/imapclient"
	_ "github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	_ "github.com/emersion/go-sasl"
	_ "github.com/emersion/go-smtp"
	_ "github.com/gofrs/flock"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/google/renameio/v2/maybe"
	_ "github.com/hinshun/vt10x"
	_ "github.com/jstemmer/go-junit-report/v2/junit"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "go.uber.org/goleak"
	_ "golang.org/x/net/publicsuffix"
	_ "golang.org/x/oauth2"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/time/rate"
)
