package authserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/secret"
)

// cloud is what two of Google Cloud's APIs know: projects, and the services that
// are switched on in them. The Server's mutex guards it.
type cloud struct {
	projects   []*cloudProject
	operations map[string]*cloudOperation

	serviceAccounts []*serviceAccount
}

type cloudProject struct {
	Name        string `json:"name"` // projects/NUMBER
	Parent      string `json:"parent,omitempty"`
	ProjectID   string `json:"projectId"`
	State       string `json:"state"`
	DisplayName string `json:"displayName"`
	CreateTime  string `json:"createTime"`

	services map[string]bool
}

// cloudOperation is work under way: it is done after some looks.
type cloudOperation struct {
	looks int
	fails *scenario.Effect
	do    func() any // what it does, and answers with
}

const organizationNumber = 433637338589

func newCloud() cloud { return cloud{operations: map[string]*cloudOperation{}} }

// CloudToken gives an access token with the scope cloud-platform, as gcloud has one.
func (s *Server) CloudToken(email string) secret.Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := s.mint(AccessToken)
	s.state.access[token] = &accessToken{owner: owner{email: email, scopes: []string{google.Known().Scopes["cloud-platform"].Value}},
		expires: s.now().Add(accessLife)}
	return secret.New(token)
}

// routeCloud sets up the parts of cloudresourcemanager and serviceusage that a
// walk needs (google.md 2.1, 2.2).
func (s *Server) routeCloud() {
	handle := func(pattern, point string, h func(*http.Request) answer) {
		s.mux.HandleFunc(pattern, s.playedAs(point, saidByCloud, s.forCloud(h)))
	}
	handle("GET /v3/projects:search", scenario.CloudProject, s.searchProjects)
	handle("GET /v3/organizations:search", scenario.CloudOrganizations, s.searchOrganizations)
	handle("POST /v3/projects", scenario.CloudCreate, s.createProject)
	handle("GET /v3/operations/{name}", "", s.operation)
	handle("GET /v1/operations/{name}", "", s.operation)
	handle("GET /v1/projects/{project}/services/{service}", scenario.CloudService, s.serviceState)
	handle("POST /v1/projects/{project}/services/{service}", scenario.CloudEnable, s.enableService)
}

// forCloud lets in who has a live token with the right scope, and holds the lock.
func (s *Server) forCloud(h func(*http.Request) answer) func(*http.Request) answer {
	return func(r *http.Request) answer {
		s.mu.Lock()
		defer s.mu.Unlock()
		a := s.live(bearer(r))
		switch {
		case a == nil:
			return cloudRefusal(http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.", nil)
		case !containsAll(a.scopes, []string{google.Known().Scopes["cloud-platform"].Value}):
			return cloudRefusal(http.StatusForbidden, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
				map[string]string{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
		}
		return h(r)
	}
}

func (s *Server) searchProjects(r *http.Request) answer {
	id := strings.TrimPrefix(r.FormValue("query"), "id:")
	if e := s.scenarios.At(scenario.CloudProject); e != nil && e.Parameters["state"] != "" {
		return inJSON(http.StatusOK, map[string]any{"projects": []*cloudProject{{Name: "projects/1", ProjectID: id, State: e.Parameters["state"]}}})
	}
	if p := s.cloud.project(id); p != nil {
		return inJSON(http.StatusOK, map[string]any{"projects": []*cloudProject{p}})
	}
	return inJSON(http.StatusOK, map[string]any{})
}

func (c *cloud) project(id string) *cloudProject {
	i := slices.IndexFunc(c.projects, func(p *cloudProject) bool { return p.ProjectID == id })
	if i < 0 {
		return nil
	}
	return c.projects[i]
}

func (s *Server) searchOrganizations(*http.Request) answer {
	domains := "example.com"
	if e := s.scenarios.At(scenario.CloudOrganizations); e != nil {
		domains = e.Parameters["domains"]
	}
	var list []map[string]string
	for i, domain := range strings.FieldsFunc(domains, func(c rune) bool { return c == ',' || c == ' ' }) {
		list = append(list, map[string]string{"name": "organizations/" + strconv.Itoa(organizationNumber+i), "displayName": domain, "state": "ACTIVE"})
	}
	if list == nil {
		return inJSON(http.StatusOK, map[string]any{})
	}
	return inJSON(http.StatusOK, map[string]any{"organizations": list})
}

var cloudID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`) })

func (s *Server) createProject(r *http.Request) answer {
	var wanted cloudProject
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || !cloudID().MatchString(wanted.ProjectID) {
		return cloudRefusal(http.StatusBadRequest, "INVALID_ARGUMENT", "project_id contains invalid characters", nil)
	}
	if s.cloud.project(wanted.ProjectID) != nil {
		return cloudRefusal(http.StatusConflict, "ALREADY_EXISTS", "Requested entity already exists", nil)
	}
	return s.begin("cp.", scenario.CloudOperation, func() any {
		p := &cloudProject{Name: "projects/" + strconv.Itoa(815407401234+len(s.cloud.projects)), Parent: wanted.Parent, ProjectID: wanted.ProjectID,
			State: "ACTIVE", DisplayName: cmp.Or(wanted.DisplayName, wanted.ProjectID), CreateTime: s.now().UTC().Format("2006-01-02T15:04:05Z"), services: map[string]bool{}}
		s.cloud.projects = append(s.cloud.projects, p)
		return p
	})
}

func (s *Server) serviceState(r *http.Request) answer {
	p, service := s.cloud.project(r.PathValue("project")), r.PathValue("service")
	if p == nil {
		return cloudRefusal(http.StatusForbidden, "PERMISSION_DENIED", "Permission denied to get service ["+service+"]", map[string]string{"reason": "AUTH_PERMISSION_DENIED"})
	}
	return inJSON(http.StatusOK, p.service(service))
}

func (p *cloudProject) service(name string) map[string]string {
	state := map[bool]string{false: "DISABLED", true: "ENABLED"}[p.services[name]]
	return map[string]string{"name": p.Name + "/services/" + name, "parent": p.Name, "state": state}
}

func (s *Server) enableService(r *http.Request) answer {
	service, ok := strings.CutSuffix(r.PathValue("service"), ":enable")
	if !ok {
		return cloudRefusal(http.StatusNotFound, "NOT_FOUND", "Method not found.", nil)
	}
	p := s.cloud.project(r.PathValue("project"))
	if p == nil {
		return cloudRefusal(http.StatusForbidden, "PERMISSION_DENIED", "Permission denied to enable service ["+service+"]", map[string]string{"reason": "AUTH_PERMISSION_DENIED"})
	}
	return s.begin("acf.", scenario.CloudEnabling, func() any {
		p.services[service] = true
		return map[string]any{"service": p.service(service)}
	})
}

// begin begins work that is done at the second look, or when a scenario says so.
func (s *Server) begin(prefix, point string, do func() any) answer {
	op := &cloudOperation{looks: 1, do: do}
	if e := s.scenarios.At(point); e != nil {
		if looks, err := strconv.Atoi(e.Parameters["looks"]); err == nil {
			op.looks = looks
		}
		if e.Error != "" {
			op.fails = e
		}
	}
	name := fmt.Sprintf("%s%d", prefix, len(s.cloud.operations)+1)
	s.cloud.operations[name] = op
	return s.look("operations/"+name, op)
}

func (s *Server) operation(r *http.Request) answer {
	op := s.cloud.operations[r.PathValue("name")]
	if op == nil {
		return cloudRefusal(http.StatusNotFound, "NOT_FOUND", "Operation not found.", nil)
	}
	return s.look("operations/"+r.PathValue("name"), op)
}

func (s *Server) look(name string, op *cloudOperation) answer {
	if op.looks > 0 {
		op.looks--
		return inJSON(http.StatusOK, map[string]any{"name": name})
	}
	if op.fails != nil {
		e := op.fails
		return inJSON(http.StatusOK, map[string]any{"name": name, "done": true, "error": map[string]any{
			"code": e.Status, "message": e.Description, "details": cloudDetails(e.Parameters)}})
	}
	return inJSON(http.StatusOK, map[string]any{"name": name, "done": true, "response": op.do()})
}
