package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/account"
)

func (s *Server) clients(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []client
	for _, c := range s.state.clients {
		if c.ProjectID == projectOf(r) && !c.deleted {
			list = append(list, *c)
		}
	}
	return s.console(r, "clients.html", "OAuth 2.0 Client IDs", map[string]any{"Clients": list})
}

func (s *Server) createPage(r *http.Request) answer {
	return s.showCreate(r, url.Values{"uri": {""}, "type": {r.URL.Query().Get("type")}, "name": {r.URL.Query().Get("name")}}, nil)
}

func (s *Server) showCreate(r *http.Request, form url.Values, complaints []string) answer {
	a := s.console(r, "create.html", "Create OAuth client ID", map[string]any{
		"Type": form.Get("type"), "Name": form.Get("name"), "URIs": form["uri"], "Complaints": complaints,
	})
	if complaints != nil {
		a.status = http.StatusBadRequest
	}
	return a
}

// create makes a client, or gives the form back with one more line for a
// redirect URI, or with what is wrong with it.
func (s *Server) create(r *http.Request) answer {
	name := strings.TrimSpace(r.PostFormValue("name"))
	form := r.PostForm
	if form.Has("add_uri") {
		form["uri"] = append(form["uri"], "")
		return s.showCreate(r, form, nil)
	}
	kind := account.ClientType(form.Get("type"))
	uris := filled(form["uri"])
	var complaints []string
	if kind != account.Web && kind != account.Desktop {
		complaints = append(complaints, "Application type: choose one")
	}
	if name == "" {
		complaints = append(complaints, "Name: enter a value")
	}
	for _, uri := range uris {
		if kind == account.Web && !abides(uri) {
			complaints = append(complaints, "Invalid Redirect: "+uri)
		}
	}
	if complaints != nil {
		form["uri"] = append(uris, "")
		return s.showCreate(r, form, complaints)
	}
	c := s.NewClient(kind, name, uris, projectOf(r))
	return redirect("/auth/clients/" + c.ID + "?created=1&project=" + url.QueryEscape(projectOf(r)))
}

// filled are the lines that somebody filled in. Surrounding blanks are dropped,
// as Google's form does; nothing else is changed.
func filled(lines []string) []string {
	var list []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

func (s *Server) find(r *http.Request) (client, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.state.client(r.PathValue("id")); c != nil && !c.deleted {
		return *c, true
	}
	return client{}, false
}

// clientPage shows one client. Google shows the secret once; here it stays to
// be seen only on the page that Create leads to, for the same lesson.
func (s *Server) clientPage(r *http.Request) answer {
	c, ok := s.find(r)
	if !ok {
		return text(http.StatusNotFound, "There is no such client.\n")
	}
	password := c.Secret.Reveal()
	return s.console(r, "client.html", c.name, map[string]any{
		"Client": c, "Created": r.URL.Query().Has("created"), "Secret": password, "Tail": password[len(password)-4:],
		"Web": c.Type == account.Web, "URIs": append(slices.Clone(c.RedirectURIs), ""),
	})
}

// changeClient saves redirect URIs or deletes the client.
func (s *Server) changeClient(r *http.Request) answer {
	c, ok := s.find(r)
	if !ok {
		return text(http.StatusNotFound, "There is no such client.\n")
	}
	if r.PostFormValue("delete") != "" {
		s.DeleteClient(c.ID)
		return redirect("/auth/clients?project=" + url.QueryEscape(c.ProjectID))
	}
	uris := filled(r.PostForm["uri"])
	if i := slices.IndexFunc(uris, func(uri string) bool { return !abides(uri) }); i >= 0 {
		return text(http.StatusBadRequest, "Invalid Redirect: "+printable(uris[i])+"\n")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.state.client(c.ID); known.Type == account.Web {
		known.RedirectURIs = uris
	}
	return redirect("/auth/clients/" + c.ID + "?project=" + url.QueryEscape(c.ProjectID))
}

func (s *Server) download(r *http.Request) answer {
	c, ok := s.find(r)
	if !ok {
		return text(http.StatusNotFound, "There is no such client.\n")
	}
	return answer{http.StatusOK, map[string]string{
		"Content-Type":        "application/json",
		"Content-Disposition": `attachment; filename="client_secret_` + c.ID + `.json"`,
	}, s.ClientJSON(c.ID)}
}
