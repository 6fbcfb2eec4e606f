package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/setup"
)

// cloudNeeds are the answers that a project, and what is switched on in it,
// depend on.
func cloudNeeds() []string {
	return []string{"project", "project_name", "organization", "folder", "automation"}
}

// console is Google Cloud for an action, with the token that the admin chose.
func (w *walking) console(turn setup.Turn) (*googlecloud.Console, error) {
	a := w.app
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	client, err := a.httpClient()
	if err != nil {
		return nil, err
	}
	gmail := google.Gmail()
	console := &googlecloud.Console{HTTP: client, Now: a.now, Timeout: a.flags.timeout,
		ResourceManager: cmp.Or(provider.ResourceManagerEndpoint, gmail.ResourceManagerEndpoint),
		ServiceUsage:    cmp.Or(provider.ServiceUsageEndpoint, gmail.ServiceUsageEndpoint),
		IAM:             cmp.Or(provider.IAMEndpoint, gmail.IAMEndpoint),
		IAMCredentials:  cmp.Or(provider.IAMCredentialsEndpoint, gmail.IAMCredentialsEndpoint)}
	given, byGcloud := turn.Answers["gcp_token"].Secret, turn.Answers.Get("automation") == "gcloud"
	if byGcloud {
		given = secret.Text{}
	}
	var mu sync.Mutex
	console.Token = func(ctx context.Context) (secret.Text, error) {
		mu.Lock()
		defer mu.Unlock()
		if !byGcloud || !given.IsZero() {
			return given, nil
		}
		var err error
		given, err = a.gcloudToken(ctx) // once for an action: gcloud takes a second to start
		return given, err
	}
	return console, nil
}

// cloud carries out one thing at Google Cloud and shows that it is waited for.
// What takes Google its time may last ten times as long as a check.
func (w *walking) cloud(ctx context.Context, turn setup.Turn, limit time.Duration, do func(context.Context) error, id string, pairs ...any) error {
	err := turn.Asker.Wait(ctx, w.app.words().Say("cloud."+id, pairs...), limit, do)
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && ctx.Err() == nil {
		return symptom.With("account", cmp.Or(turn.Answers.Get("gcloud_account"), turn.Answers.Get("account")))
	}
	return err
}

func (w *walking) cloudNote(mark playbook.Mark, id string, pairs ...any) playbook.Note {
	say := w.app.words().Say
	return playbook.Note{Mark: mark, Label: say("cloud.label"), Text: say("cloud."+id, pairs...)}
}

// looked tells in the trace that an operation is not done yet.
func (w *walking) looked(look int, next time.Duration) {
	w.app.trace.step(fmt.Sprintf("google cloud: look %d, not done, next in %s", look, next))
}

// makeProject looks whether the project is there and, if not, says what it makes
// and makes it.
func (w *walking) makeProject(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	id := turn.Answers.Get("project")
	if strings.Trim(id, "0123456789") == "" { // the number that a client ID begins with: there is such a project
		return setup.Outcome{Status: playbook.Acknowledged, Notes: []playbook.Note{w.cloudNote(playbook.Neutral, "of-client", "project", id)}}, nil
	}
	console, err := w.console(turn)
	if err != nil {
		return setup.Outcome{}, err
	}
	var found *googlecloud.Project
	err = w.cloud(ctx, turn, 0, func(ctx context.Context) (err error) {
		found, err = console.Project(ctx, id)
		return err
	}, "looking-project", "project", id)
	switch {
	case err != nil:
		return setup.Outcome{}, err
	case found != nil && found.State == googlecloud.DeleteRequested:
		return setup.Outcome{}, cloudSymptom("project-being-deleted", "project", id, "account", turn.Answers.Get("account"))
	case found != nil:
		return setup.Outcome{Notes: []playbook.Note{w.cloudNote(playbook.Good, "found", "project", id)}}, nil
	}
	project := googlecloud.Project{ID: id, Name: cmp.Or(turn.Answers.Get("project_name"), id)}
	where := ""
	if project.Parent, where, err = w.parentOf(ctx, turn, console); err != nil {
		return setup.Outcome{}, err
	}
	turn.Asker.Tell([]playbook.Note{w.cloudNote(playbook.Neutral, "will-make", "project", id, "name", project.Name, "where", where)})
	err = w.cloud(ctx, turn, 10*w.app.flags.timeout, func(ctx context.Context) error {
		return console.CreateProject(ctx, project, w.looked)
	}, "making", "project", id)
	if err != nil {
		return setup.Outcome{}, err
	}
	return setup.Outcome{Notes: []playbook.Note{w.cloudNote(playbook.Good, "made", "project", id)}}, nil
}

// parentOf is where a new project goes, and the words for it: where the admin
// said, else into the one organization of the account.
func (w *walking) parentOf(ctx context.Context, turn setup.Turn, console *googlecloud.Console) (parent, words string, err error) {
	say := w.app.words().Say
	for _, kind := range []string{"organization", "folder"} {
		if number := turn.Answers.Get(kind); number != "" {
			return kind + "s/" + number, say("cloud."+kind, "number", number), nil
		}
	}
	var list []googlecloud.Organization
	err = w.cloud(ctx, turn, 0, func(ctx context.Context) (err error) {
		list, err = console.Organizations(ctx)
		return err
	}, "looking-organizations")
	if err != nil || len(list) == 0 {
		return "", say("cloud.no-organization"), err
	}
	if len(list) > 1 {
		var names []string
		for _, o := range list {
			names = append(names, o.Domain+" = "+o.Number)
		}
		return "", "", cloudSymptom("several-organizations", "organizations", strings.Join(names, ", "))
	}
	return "organizations/" + list[0].Number, say("cloud.of-organization", "domain", list[0].Domain, "number", list[0].Number), nil
}

// switchGmailOn looks whether the Gmail API is on in the project and, if not,
// switches it on.
func (w *walking) switchGmailOn(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	id, service := turn.Answers.Get("project"), google.Known().Services["gmail"].Value
	console, err := w.console(turn)
	if err != nil {
		return setup.Outcome{}, err
	}
	state := googlecloud.Unknown
	err = w.cloud(ctx, turn, 0, func(ctx context.Context) (err error) {
		state, err = console.ServiceState(ctx, id, service)
		return err
	}, "looking-service", "project", id)
	if err != nil {
		return setup.Outcome{}, err
	}
	if state == googlecloud.Enabled {
		return setup.Outcome{Notes: []playbook.Note{w.cloudNote(playbook.Good, "was-on", "project", id)}}, nil
	}
	turn.Asker.Tell([]playbook.Note{w.cloudNote(playbook.Neutral, "will-switch-on", "project", id, "service", service)})
	err = w.cloud(ctx, turn, 10*w.app.flags.timeout, func(ctx context.Context) error {
		return console.EnableService(ctx, id, service, w.looked)
	}, "switching-on", "project", id)
	if err != nil {
		return setup.Outcome{}, err
	}
	return setup.Outcome{Notes: []playbook.Note{w.cloudNote(playbook.Good, "is-on", "project", id)}}, nil
}
