package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gmailoauth/internal/playbook"
)

// walkFlags are the flags that answer the questions of a walk: those of setup,
// plan and guide.
type walkFlags struct {
	target    string
	set, ack  []string
	accounts  []string
	protocols []string           // of the proof
	text      map[string]*string // answers by the key of their question
	noBrowser bool
	sandbox   bool

	credentialsFile string
}

// walkTexts are the questions that one text answers: key, flag, what help says.
// A test holds them against the playbook.
func walkTexts() [][3]string {
	return [][3]string{
		{"automation", "automation", "who makes the project and switches the Gmail API on: by-hand, gcloud or token"},
		{"gcp_token", "gcp-token-file", "file that holds an access token for Google Cloud, for --automation token; - for stdin"},
		{"project", "project", "Google Cloud project ID"},
		{"project_name", "project-name", "name of a project that is to be made"},
		{"organization", "organization", "number of the organization in which a project is to be made"},
		{"folder", "folder", "number of the folder in which a project is to be made"},
		{"audience", "audience", "user type of the app: internal or external"},
		{"publishing", "publishing", "publishing status of an external app: production or testing"},
		{"app_name", "app-name", "name that people see on Google's consent page"},
		{"support_email", "support-email", "address that people see on Google's consent page"},
		{"home_page", "home-page", "public page that says what the app is for; Google wants it of a published app"},
		{"privacy_policy", "privacy-policy", "public page that says what happens to the mail; Google wants it of a published app"},
		{"verification", "verification", "whether Google is to verify the app: unneeded or needed"},
		{"grant", "grant", "who opens the mailboxes: consent (each of them) or delegation (a service account, for all)"},
		{"service_account_file", "service-account-file", "JSON file of a service account's key, for --grant delegation; - for stdin"},
		{"service_account", "service-account", "address of a service account without a key, for --grant delegation: Google signs"},
		{"scope", "scope", "what a service account asks for: mail, imap-admin (IMAP only) or both"},
		{"client_file", "client-file", "JSON file of the OAuth client, as downloaded from Google; - for stdin"},
		{"client_id", "client-id", "client ID, in place of --client-file"},
		{"client_secret", "client-secret-file", "file that holds the client secret; - for stdin"},
		{"refresh_token", "refresh-token-file", "file that holds a refresh token made elsewhere, in place of consent; - for stdin"},
		{"redirect_port", "redirect-port", "loopback port on which to wait for Google's answer"},
	}
}

func (w *walkFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&w.target, "target", "", "application: a name of 'gmailoauth targets', or the path of a target file")
	f.StringArrayVar(&w.set, "set", nil, "KEY=VALUE: a variable of the application, such as base_url (repeatable)")
	f.StringSliceVar(&w.accounts, "account", nil, "mailbox (repeatable)")
	addProtocols(cmd, &w.protocols)
	w.text = map[string]*string{}
	for _, t := range walkTexts() {
		w.text[t[0]] = f.String(t[1], "", t[2])
	}
	w.text["withdraw"] = f.String("withdraw", "", "withdraw our own consent after the proof, so that the application's is the first one")
	f.Lookup("withdraw").NoOptDefVal = "yes"
	f.StringSliceVar(&w.ack, "ack", nil, "STEP: say that a step that only a person can do is done (repeatable)")
	f.BoolVar(&w.noBrowser, "no-browser", false, "print the address of Google's page, open nothing")
	addCredentialsFile(cmd, &w.credentialsFile)
	f.BoolVar(&w.sandbox, "sandbox", false, "walk through a look-alike on this machine instead of Google")
}

// playbook gives the walk for a target: "" when none is chosen yet, a name, or
// the path of a target file or folder.
func (a *app) playbook(target string) (*playbook.Playbook, error) {
	if target == "" {
		return playbook.Load(a.words().Lang(), nil)
	}
	t, err := a.target(target)
	if err != nil {
		return nil, err
	}
	return playbook.Load(a.words().Lang(), t)
}

// target reads an application that comes with the program, or one of the admin's own.
func (a *app) target(name string) (*playbook.Target, error) {
	lang := a.words().Lang()
	if !isOwnTarget(name) {
		return playbook.LoadTarget(name, lang)
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		symptom := inputSymptom("unreadable-target", "file", name, "flag", "--target")
		symptom.Err = err
		return nil, symptom
	case info.IsDir():
		absolute, err := filepath.Abs(name) // "." has no name of its own
		if err != nil {
			absolute = name
		}
		t, err := playbook.ReadTarget(os.DirFS(name), filepath.ToSlash(filepath.Clean(name)), lang)
		if err == nil {
			t.Name = filepath.Base(absolute)
		}
		return t, err
	}
	return playbook.ReadTarget(os.DirFS(filepath.Dir(name)), filepath.ToSlash(name), lang)
}

// answers gives what flags, variables and the client's file answer. Marks are
// the steps that the admin acknowledges. Every refusal is a Symptom at input or
// at client.
func (a *app) answers(cmd *cobra.Command, w *walkFlags) (playbook.Answers, playbook.Marks, error) {
	book, err := a.playbook(w.target)
	if err != nil {
		return nil, nil, err
	}
	g := &gatherer{app: a, cmd: cmd, flags: w, book: book, answers: playbook.Answers{}, marks: playbook.Marks{}}
	for _, gather := range []func() error{g.target, g.variables, g.texts, g.secrets, g.cloud, g.acknowledged, g.clientFile, g.delegation} {
		if err := gather(); err != nil {
			return nil, nil, err
		}
	}
	return g.answers, g.marks, book.Conflict(g.answers)
}
