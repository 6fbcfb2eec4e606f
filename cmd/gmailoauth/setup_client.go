package main

import (
	"context"
	"slices"
	"sync"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
)

// checkClient compares the client with what is needed, line by line, and asks
// Google about it, before a browser opens. What only the file lacks is told: it
// may be older than the console. What Google refuses is a refusal.
func (w *walking) checkClient(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	client := clientOf(turn.Answers)
	wanted := turn.Answers["redirect_uris"].Values
	loopback := turn.Answers.Get("loopback_uri")
	c := &clientCheck{walking: w, client: client, read: w.latest.Has("client_type"), loopback: loopback}
	c.project(turn.Answers)
	if err := c.kind(turn.Answers); err != nil {
		return setup.Outcome{Notes: c.notes}, err
	}
	uris := slices.Clone(wanted)
	if client.Type == account.Web && loopback != "" && !turn.Answers.Has("refresh_token") && !slices.Contains(uris, loopback) {
		uris = append(uris, loopback)
	}
	if client.Type == account.Desktop {
		uris = nil // any loopback address is good
	}
	server, err := w.app.oauthServer()
	if err != nil {
		return setup.Outcome{Notes: c.notes}, err
	}
	var findings []finding.Finding
	var reached []playbook.Note
	err = turn.Asker.Wait(ctx, w.app.words().Say("setup.checking"), w.app.flags.timeout, func(ctx context.Context) error {
		var both sync.WaitGroup
		both.Go(func() { reached = w.reached(ctx, wanted) })
		findings = server.CheckClient(ctx, client, uris)
		both.Wait()
		return nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return setup.Outcome{Notes: c.notes}, err
	}
	var refused error
	for i, uri := range uris {
		if refusal := c.redirect(uri, findings[1+i]); refusal != nil && refused == nil {
			refused = refusal
		}
	}
	c.origins(turn.Answers["origins"].Values)
	c.notes = append(c.notes, reached...)
	if refusal := c.pair(findings[0]); refusal != nil {
		refused = refusal
	}
	seen := playbook.Marks{}
	if got := turn.Answers.Get("client_project"); got != "" && got == turn.Answers.Get("project") && findings[0].Status == finding.Pass {
		seen["project"] = playbook.Done // Google knows a client of it
	}
	return setup.Outcome{Notes: c.notes, Marks: seen}, refused
}

// clientCheck collects the lines.
type clientCheck struct {
	*walking
	client   account.Client
	read     bool // the file was read, so type and redirect URIs are known
	loopback string
	notes    []playbook.Note
}

func (c *clientCheck) line(mark playbook.Mark, label, id string, pairs ...any) {
	say := c.app.words().Say
	c.notes = append(c.notes, playbook.Note{Mark: mark, Label: say("setup." + label), Text: c.app.hide.Clean(say("setup."+id, pairs...))})
}

func (c *clientCheck) project(answers playbook.Answers) {
	got, wanted := answers.Get("client_project"), answers.Get("project")
	if got == "" || got == wanted {
		if wanted != "" {
			c.line(playbook.Good, "client-project", "client-listed", "uri", wanted)
		}
		return
	}
	c.line(playbook.Heed, "client-project", "client-other-project", "got", got, "wanted", wanted)
}

// kind refuses a Desktop client where the application needs one for the web.
// The other way round only our own consent needs something: a loopback URI.
func (c *clientCheck) kind(answers playbook.Answers) error {
	if !c.read {
		return nil
	}
	name := func(kind account.ClientType) string { return c.app.words().Say("setup.client-" + string(kind)) }
	wanted := account.Web
	if book, err := c.app.playbook(answers.Get("target")); err == nil && book.Target != nil {
		wanted = account.ClientType(book.Target.ClientType)
	}
	if c.client.Type == wanted {
		c.line(playbook.Good, "client-type", "client-"+string(c.client.Type))
		return nil
	}
	mark := playbook.Heed
	if wanted == account.Web {
		mark = playbook.Bad
	}
	c.line(mark, "client-type", "client-other-type", "got", name(c.client.Type), "wanted", name(wanted), "target", answers.Get("target_title"))
	if mark == playbook.Heed {
		return nil
	}
	return (&diagnosis.Symptom{Where: diagnosis.AtClient, Code: "wrong-client-type"}).With("got", name(c.client.Type), "wanted", name(wanted),
		"target", answers.Get("target_title"), "file", answers.Get("client_file"), "project", answers.Get("project"), "client_id", c.client.ID)
}

func (c *clientCheck) redirect(uri string, found finding.Finding) error {
	listed := slices.Contains(c.client.RedirectURIs, uri)
	switch {
	case found.Status == finding.Fail && found.Symptom != nil:
		c.line(playbook.Bad, "client-redirect", "client-refused", "uri", uri, "words", c.app.explain(found.Symptom).Error)
		return found.Symptom.With("redirect_uri", uri, "client_id", c.client.ID, "project", c.client.ProjectID)
	case found.Status == finding.Pass:
		c.line(playbook.Good, "client-redirect", "client-taken", "uri", uri)
	case listed:
		c.line(playbook.Good, "client-redirect", "client-listed", "uri", uri)
	case uri == c.loopback:
		c.line(playbook.Heed, "client-redirect", "client-loopback", "uri", uri)
	default:
		c.line(playbook.Heed, "client-redirect", "client-missing", "uri", uri)
	}
	return nil
}

// origins compares JavaScript origins with the file. Google can be asked about
// none of them: what the file lacks is told.
func (c *clientCheck) origins(wanted []string) {
	if !c.read || c.client.Type != account.Web {
		return
	}
	for _, uri := range wanted {
		mark, id := playbook.Good, "setup.client-listed"
		if !slices.Contains(c.client.Origins, uri) {
			mark, id = playbook.Heed, "effects.origin-missing"
		}
		say := c.app.words().Say
		c.notes = append(c.notes, playbook.Note{Mark: mark, Label: say("effects.origin"), Text: say(id, "uri", uri)})
	}
}

func (c *clientCheck) pair(found finding.Finding) error {
	switch {
	case found.Status == finding.Fail && found.Symptom != nil:
		d, said := c.app.explain(found.Symptom), "pair-bad"
		if d.Temporary { // nobody said a word about the client
			said = "pair-unasked"
		}
		c.line(playbook.Bad, "client-pair", said, "words", d.Error)
		return found.Symptom.With("client_id", c.client.ID, "project", c.client.ProjectID)
	case found.Status == finding.Pass:
		c.line(playbook.Good, "client-pair", "pair-good")
	default:
		c.line(playbook.Heed, "client-pair", "pair-unknown")
	}
	return nil
}
