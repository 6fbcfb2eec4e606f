package authserver

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
)

// defaultProject is what the console shows when its address names none.
const defaultProject = "my-sandbox"

// routeConsole sets up a console that looks enough like Google Auth Platform to
// learn from: same paths, same labels (google.md 6), same order. Forms need no
// JavaScript.
//
// Ids, page by page, for those who click by program:
//
//	/auth/clients         link "create-client"; a row "client-N" for each client
//	/auth/clients/create  form "create-form"; select "type" (web, desktop); inputs "name",
//	                      "uri-1", "uri-2", …; buttons "add-uri", "create"
//	/auth/clients/ID      dialog "created"; texts "client-id", "client-secret"; link
//	                      "download"; button "delete"; inputs "uri-1", … and "save"
//	/auth/audience        select "publishing" (testing, production, internal); inputs
//	                      "organization", "test-users"; button "save-audience"
//	/sandbox              select "scenario"; button "use-scenario"; input "account";
//	                      buttons "expire", "withdraw"
func (s *Server) routeConsole(handle func(string, func(*http.Request) answer)) {
	handle("GET /{$}", s.overview)
	handle("GET /auth/overview", s.overview)
	handle("GET /auth/audience", s.audience)
	handle("POST /auth/audience", s.saveAudience)
	handle("GET /auth/clients", s.clients)
	handle("GET /auth/clients/create", s.createPage)
	handle("POST /auth/clients/create", s.create)
	handle("GET /auth/clients/{id}", s.clientPage)
	handle("POST /auth/clients/{id}", s.changeClient)
	handle("GET /auth/clients/{id}/json", s.download)
	handle("GET /sandbox", s.sandboxPage)
	handle("POST /sandbox/scenario", s.useScenario)
	handle("POST /sandbox/tokens", s.changeTokens)
}

// projectOf is the project that an address names, as Google's deep links do.
func projectOf(r *http.Request) string { return cmp.Or(r.URL.Query().Get("project"), defaultProject) }

// console is a page of the console; data is added to what all pages show.
func (s *Server) console(r *http.Request, name, title string, data map[string]any) answer {
	all := map[string]any{"Title": title, "Project": projectOf(r), "Path": r.URL.Path, "Console": true, "On": s.scenarios.Names()}
	maps.Copy(all, data)
	return page(http.StatusOK, name, all)
}

func (s *Server) overview(r *http.Request) answer {
	return s.console(r, "overview.html", "OAuth overview", map[string]any{"Base": s.baseOf(r)})
}

func (s *Server) audience(r *http.Request) answer {
	s.mu.Lock()
	p := *s.projectSeen(projectOf(r))
	s.mu.Unlock()
	return s.console(r, "audience.html", "Audience", map[string]any{
		"Publishing": string(p.Publishing), "Organization": p.Organization, "TestUsers": strings.Join(p.TestUsers, "\n"),
	})
}

// projectSeen is a project for looking at: to look at one does not make it.
func (s *Server) projectSeen(id string) *project {
	if p := s.state.projects[id]; p != nil {
		return p
	}
	return &project{ID: id, Publishing: s.publishing}
}

func (s *Server) saveAudience(r *http.Request) answer {
	status := account.Publishing(r.PostFormValue("publishing"))
	if !slices.Contains([]account.Publishing{account.Testing, account.Production, account.Internal}, status) {
		return text(http.StatusBadRequest, "publishing is testing, production or internal\n")
	}
	users := strings.FieldsFunc(strings.ToLower(r.PostFormValue("test_users")), func(c rune) bool {
		return c == ',' || c == ' ' || c == '\n' || c == '\r'
	})
	s.SetAudience(projectOf(r), status, strings.TrimSpace(r.PostFormValue("organization")), users...)
	return redirect("/auth/audience?project=" + url.QueryEscape(projectOf(r)))
}

// SetAudience sets who may consent to a project's app, as the page Audience
// does. The organization, a domain, counts for Internal alone, the test users
// for Testing alone; none of them lets everybody in.
func (s *Server) SetAudience(project string, status account.Publishing, organization string, testUsers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.project(project)
	p.Publishing, p.Organization, p.TestUsers = status, organization, testUsers
}

func (s *Server) sandboxPage(r *http.Request) answer {
	all, err := scenario.Load()
	if err != nil {
		return text(http.StatusInternalServerError, err.Error()+"\n")
	}
	return s.console(r, "sandbox.html", "Sandbox", map[string]any{"Scenarios": all, "Base": s.base})
}

// useScenario puts the named scenarios in place of those that are on; no name
// is the good day. It answers with the names, so that a script sees them.
func (s *Server) useScenario(r *http.Request) answer {
	_ = r.PostFormValue("name") // parses the form
	var chosen []scenario.Scenario
	for _, name := range filled(strings.FieldsFunc(strings.Join(r.PostForm["name"], ","), func(c rune) bool { return c == ',' })) {
		one, ok := scenario.Named(name)
		if !ok {
			return text(http.StatusNotFound, "There is no scenario "+printable(name)+".\n")
		}
		chosen = append(chosen, one)
	}
	s.scenarios.Use(chosen...)
	return seeOther("/sandbox", "on: "+cmp.Or(strings.Join(s.scenarios.Names(), ", "), "none")+"\n")
}

// changeTokens does to an account's tokens what time and people do: expire ends
// the access tokens, withdraw all grants. No account means all.
func (s *Server) changeTokens(r *http.Request) answer {
	email := strings.TrimSpace(r.PostFormValue("account"))
	switch what := r.PostFormValue("do"); what {
	case "expire":
		s.ExpireAccess(email)
	case "withdraw":
		s.Withdraw(email)
	default:
		return text(http.StatusBadRequest, "do is expire or withdraw\n")
	}
	return seeOther("/sandbox", "done\n")
}

func text(status int, body string) answer {
	return answer{status, map[string]string{"Content-Type": "text/plain; charset=utf-8"}, []byte(body)}
}

func seeOther(location, body string) answer {
	a := text(http.StatusSeeOther, body)
	a.header["Location"] = location
	return a
}
