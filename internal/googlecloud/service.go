package googlecloud

import (
	"context"
	"net/http"
	"net/url"
)

// ServiceState is whether a project may use a service.
type ServiceState string

// States of a service.
const (
	Enabled  ServiceState = "ENABLED"
	Disabled ServiceState = "DISABLED"
	Unknown  ServiceState = "STATE_UNSPECIFIED" // Google does not say
)

// ServiceState asks whether a service, such as gmail.googleapis.com, is switched
// on in a project. One request is made.
func (c *Console) ServiceState(ctx context.Context, project, service string) (ServiceState, error) {
	var found struct {
		State ServiceState `json:"state"`
	}
	err := c.call(ctx, request{http.MethodGet, c.ServiceUsage, servicePath(project, service), nil,
		[]string{"step", "service", "project", project, "service", service}}, &found)
	switch {
	case err != nil:
		return Unknown, err
	case found.State == Enabled, found.State == Disabled:
		return found.State, nil
	}
	return Unknown, nil
}

// EnableService switches a service on in a project, and blocks until Google has
// done it. It takes some minutes more until all of Google knows.
func (c *Console) EnableService(ctx context.Context, project, service string, looked Looked) error {
	facts := []string{"step", "enable", "project", project, "service", service}
	var op operation
	err := c.call(ctx, request{http.MethodPost, c.ServiceUsage, servicePath(project, service) + ":enable", struct{}{}, facts}, &op)
	if err != nil {
		return err
	}
	return c.finish(ctx, op, c.ServiceUsage, "/v1/", looked, facts...)
}

func servicePath(project, service string) string {
	return "/v1/projects/" + url.PathEscape(project) + "/services/" + url.PathEscape(service)
}
