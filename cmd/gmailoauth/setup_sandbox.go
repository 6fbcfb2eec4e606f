package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/sandbox"
)

// What the sandbox answers, since Google would have it.
const (
	sandboxProject = "my-sandbox"
	sandboxMailbox = "office@example.com"
	sandboxTarget  = "generic-desktop"
)

// sandboxWalk is a walk through the look-alike.
type sandboxWalk struct {
	box        *sandbox.Sandbox
	dir        string
	robot      bool   // it consents by itself
	clientFile string // of the client that is there for the asking
	load       func(target string) (*playbook.Playbook, error)
	key        string // path of a service account's key, once it was asked for
}

// setupInSandbox walks through a sandbox of its own. Its accounts, secrets and
// files are in a temporary folder: they are never beside real ones, and end
// with it.
func (a *app) setupInSandbox(cmd *cobra.Command, flags *walkFlags) error {
	if a.flags.provider != "" && a.flags.provider != a.env("GMAILOAUTH_PROVIDER") { // the variable is for other runs
		return inputSymptom("flags-exclude", "flag", "--sandbox", "other", "--provider", "flags", "--sandbox, --provider")
	}
	dir, err := os.MkdirTemp("", "gmailoauth-setup-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	box, err := sandbox.Start(cmd.Context(), sandbox.Options{Dir: filepath.Join(dir, "sandbox"), Now: a.now, PlainPages: true})
	if err != nil {
		return err
	}
	defer box.Close()
	s := &sandboxWalk{box: box, dir: dir, robot: !a.interactive(), clientFile: filepath.Join(dir, "client_secret_sandbox.json")}
	inside := a.inside(s)
	s.load = inside.playbook
	answers, marks, err := inside.answers(cmd, flags)
	if err != nil {
		return err
	}
	s.supply(answers)
	marks["audience"] = playbook.Acknowledged // supplied, and there is nothing to set
	if s.robot && answers.Get("grant") != grantDelegation {
		if !answers.Has("client_file") && !answers.Has("client_id") {
			if err := s.giveClient(inside, answers); err != nil {
				return err
			}
		}
	}
	return inside.walkThrough(cmd.Context(), &walking{app: inside, answers: answers, marks: marks, noBrowser: flags.noBrowser, wanted: flags.protocols, sandbox: s})
}

// inside is the same program in another house: the sandbox is its provider, and
// its folders are below the temporary one. Variables of ours, which are about
// the real Google, do not reach it; prepare has made flags of them already.
func (a *app) inside(s *sandboxWalk) *app {
	inside := &app{term: a.term, now: a.now, openBrowser: a.openBrowser, hide: a.hide, flags: a.flags, trace: a.trace}
	inside.flags.provider, inside.flags.store = s.box.ProviderFile(), ""
	inside.lookupEnv = func(name string) (string, bool) {
		switch {
		case slices.Contains([]string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"}, name):
			return filepath.Join(s.dir, strings.ToLower(name)), true
		case strings.HasPrefix(name, "GMAILOAUTH_"):
			return "", false
		}
		return a.lookupEnv(name)
	}
	return inside
}

// supply answers what Google would have.
func (s *sandboxWalk) supply(answers playbook.Answers) {
	supplied := map[string]string{"project": sandboxProject, "audience": "external", "publishing": "production",
		"account": sandboxMailbox, "console_url": s.box.ConsoleURL()}
	if s.robot {
		supplied["target"] = sandboxTarget
	}
	if answers.Get("grant") == grantDelegation && !answers.Has("service_account_file") && !answers.Has("service_account") {
		supplied["service_account_file"] = s.keyFile()
	}
	for key, value := range supplied {
		if !answers.Has(key) {
			answers[key] = playbook.Answer{Values: []string{value}, From: playbook.FromFind}
		}
	}
}

// keyFile is the key of a service account that the look-alike's Workspace lets in,
// for those who want one; "" if it cannot be written.
func (s *sandboxWalk) keyFile() string {
	if s.key == "" {
		s.key, _, _ = s.box.DelegationFiles() // without it, it is asked for
	}
	return s.key
}

// giveClient makes the client that the answers need, and answers with its file.
func (s *sandboxWalk) giveClient(a *app, answers playbook.Answers) error {
	if err := s.provideClient(s.clientFile, answers); err != nil {
		return err
	}
	data, err := os.ReadFile(s.clientFile)
	if err != nil {
		return err
	}
	client, err := account.ReadClient(data, s.clientFile)
	if err != nil {
		return err
	}
	a.hide.Hide(client.Secret)
	for key, answer := range clientAnswers(client) {
		if key != "project" {
			answers[key] = answer
		}
	}
	answers["client_file"] = playbook.Answer{Values: []string{s.clientFile}, From: playbook.FromFind}
	return nil
}
