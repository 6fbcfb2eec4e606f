package googlecloud

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"gmailoauth/internal/diagnosis"
)

// Project is a project of Google Cloud.
type Project struct {
	ID     string
	Name   string // shown in the console; empty: the ID
	Parent string // organizations/NUMBER or folders/NUMBER; empty: Google decides
	Number string // of one that exists
	State  string // of one that exists: Active, or DeleteRequested
}

// States of a project.
const (
	Active          = "ACTIVE"
	DeleteRequested = "DELETE_REQUESTED"
)

// Organization is one that the token's owner can see.
type Organization struct {
	Number string
	Domain string // its name
}

type wireProject struct {
	Name        string `json:"name,omitempty"` // projects/NUMBER
	ID          string `json:"projectId"`
	DisplayName string `json:"displayName,omitempty"`
	Parent      string `json:"parent,omitempty"`
	State       string `json:"state,omitempty"`
}

// Rules of Google's for what a new project is called.
// Source: googleapis/googleapis google/cloud/resourcemanager/v3/projects.proto (seen 2026-11-21).
var (
	projectID   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`) })
	displayName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9 '"!-]{4,30}$`) })
	parent      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^((organizations|folders)/[0-9]+)?$`) })
)

// Project looks a project up by its ID; nil if there is none that the token's
// owner can see. One request is made.
func (c *Console) Project(ctx context.Context, id string) (*Project, error) {
	var found struct {
		Projects []wireProject `json:"projects"`
	}
	err := c.call(ctx, request{http.MethodGet, c.ResourceManager, "/v3/projects:search?query=" + url.QueryEscape("id:"+id), nil,
		[]string{"step", "look", "project", id}}, &found)
	if err != nil {
		return nil, err
	}
	for _, p := range found.Projects { // the search may give more than was asked for
		if p.ID == id {
			return &Project{ID: p.ID, Name: p.DisplayName, Parent: p.Parent, State: p.State, Number: strings.TrimPrefix(p.Name, "projects/")}, nil
		}
	}
	return nil, nil
}

// Organizations lists those that the token's owner can see: for a gmail.com
// account, none. One request is made.
func (c *Console) Organizations(ctx context.Context) ([]Organization, error) {
	var found struct {
		Organizations []struct {
			Name        string `json:"name"`
			DisplayName string `json:"displayName"`
			State       string `json:"state"`
		} `json:"organizations"`
	}
	err := c.call(ctx, request{http.MethodGet, c.ResourceManager, "/v3/organizations:search", nil, []string{"step", "look"}}, &found)
	if err != nil {
		return nil, err
	}
	var list []Organization
	for _, o := range found.Organizations {
		if o.State == "" || o.State == Active {
			list = append(list, Organization{strings.TrimPrefix(o.Name, "organizations/"), o.DisplayName})
		}
	}
	return list, nil
}

// CreateProject makes a project, and blocks until Google has made it. A name
// that Google would refuse is refused before anything is sent.
func (c *Console) CreateProject(ctx context.Context, p Project, looked Looked) error {
	if p.Name == "" {
		p.Name = p.ID
	}
	switch {
	case !projectID().MatchString(p.ID):
		return (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-project-id"}).With("flag", "--project")
	case !displayName().MatchString(p.Name):
		return (&diagnosis.Symptom{Where: diagnosis.AtCloud, Code: "bad-project-name"}).With("name", p.Name)
	case !parent().MatchString(p.Parent):
		return (&diagnosis.Symptom{Where: diagnosis.AtCloud, Code: "bad-parent"}).With("parent", p.Parent)
	}
	facts := []string{"step", "create", "project", p.ID, "parent", p.Parent}
	var op operation
	err := c.call(ctx, request{http.MethodPost, c.ResourceManager, "/v3/projects",
		wireProject{ID: p.ID, DisplayName: p.Name, Parent: p.Parent}, facts}, &op)
	if err != nil {
		return err
	}
	return c.finish(ctx, op, c.ResourceManager, "/v3/", looked, facts...)
}
