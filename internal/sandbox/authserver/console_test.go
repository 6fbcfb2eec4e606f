package authserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
)

func TestConsoleMakesAWebClient(t *testing.T) {
	st := newStage(t)
	const create = "/auth/clients/create?project=contoso-mail"
	form := url.Values{"type": {"web"}, "name": {"CRM"}, "uri": {webRedirect}, "add_uri": {"1"}}
	page := parse(t, st.do(http.MethodPost, create, form))
	if page.byID("uri-1").attr("value") != webRedirect || page.byID("uri-2").Node == nil || page.byID("name").attr("value") != "CRM" {
		t.Error("Add URI loses what was typed, or adds no line")
	}
	form.Del("add_uri")
	form["uri"] = []string{" " + webRedirect + " ", loopbackURI, ""}
	at := st.location(st.do(http.MethodPost, create, form))
	page = parse(t, st.get(at.RequestURI()))
	id, password := page.byID("client-id").text(), page.byID("client-secret").text()
	if page.byID("created").Node == nil || !strings.HasPrefix(password, "GOCSPX-") {
		t.Errorf("the page after Create shows ID %q and secret %q", id, password)
	}
	reply := st.get(page.byID("download").attr("href"))
	if got, want := reply.Header.Get("Content-Disposition"), `attachment; filename="client_secret_`+id+`.json"`; got != want {
		t.Errorf("Content-Disposition = %q, want %q", got, want)
	}
	file, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]any
	if err := json.Unmarshal(file, &got); err != nil {
		t.Fatalf("the downloaded file is not JSON: %v", err)
	}
	want := map[string]map[string]any{"web": {
		"client_id": id, "project_id": "contoso-mail", "auth_uri": testBase + "/auth", "token_uri": testBase + "/token",
		"auth_provider_x509_cert_url": testBase + "/certs", "client_secret": password,
		"redirect_uris": []any{webRedirect, loopbackURI},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the downloaded file (-want +got)\n%s", diff)
	}
	client, err := account.ReadClient(file, "client_secret.json")
	if err != nil || client.ID != id || client.Type != account.Web {
		t.Errorf("ReadClient(downloaded file) = %s %s, %v", client.Type, client.ID, err)
	}
	if list := parse(t, st.get("/auth/clients?project=contoso-mail")); !strings.Contains(list.byID("client-0").text(), id) {
		t.Error("the list of clients lacks the new one")
	}
	if list := parse(t, st.get("/auth/clients?project=another")); list.byID("client-0").Node != nil {
		t.Error("another project lists the client")
	}
	if later := parse(t, st.get("/auth/clients/"+id)); strings.Contains(later.text(), password) {
		t.Error("the secret is still shown later")
	}
}

func TestConsoleMakesADesktopClient(t *testing.T) {
	st := newStage(t)
	at := st.location(st.do(http.MethodPost, "/auth/clients/create", url.Values{"type": {"desktop"}, "name": {"Mail"}, "uri": {""}}))
	id := parse(t, st.get(at.RequestURI())).byID("client-id").text()
	client, err := account.ReadClient(st.server.ClientJSON(id), "client_secret.json")
	if err != nil || client.Type != account.Desktop || client.ProjectID != defaultProject {
		t.Errorf("ReadClient() = %+v, %v; want a Desktop client of %s", client, err, defaultProject)
	}
}

func TestConsoleRefuses(t *testing.T) {
	st := newStage(t)
	tests := []struct {
		name, path string
		form       url.Values
		status     int
		words      string
	}{
		{"no type", "/auth/clients/create", url.Values{"name": {"x"}}, 400, "Application type"},
		{"no name", "/auth/clients/create", url.Values{"type": {"web"}}, 400, "Name"},
		{"redirect without TLS", "/auth/clients/create", url.Values{"type": {"web"}, "name": {"x"}, "uri": {"http://example.com/"}}, 400, "Invalid Redirect: http://example.com/"},
		{"unknown client", "/auth/clients/nobody", url.Values{"uri": {webRedirect}}, 404, "no such client"},
		{"bad redirect, saved", "/auth/clients/" + st.web.ID, url.Values{"uri": {"ftp://example.com/"}}, 400, "Invalid Redirect"},
		{"unknown scenario", "/sandbox/scenario", url.Values{"name": {"nope"}}, 404, "no scenario nope"},
		{"unknown status", "/auth/audience", url.Values{"publishing": {"secret"}}, 400, "publishing is"},
		{"unknown act", "/sandbox/tokens", url.Values{"do": {"steal"}}, 400, "do is"},
	}
	for _, tt := range tests {
		reply := st.do(http.MethodPost, tt.path, tt.form)
		if body := bodyOf(t, reply); reply.StatusCode != tt.status || !strings.Contains(body, tt.words) {
			t.Errorf("%s: POST %s = %d, want %d with %q\n%s", tt.name, tt.path, reply.StatusCode, tt.status, tt.words, body)
		}
	}
	if reply := st.get("/auth/clients/nobody"); reply.StatusCode != 404 {
		t.Errorf("GET of an unknown client = %d, want 404", reply.StatusCode)
	}
	if reply := st.get("/auth/clients/nobody/json"); reply.StatusCode != 404 || st.server.ClientJSON("nobody") != nil {
		t.Errorf("download of an unknown client = %d, want 404", reply.StatusCode)
	}
}

func TestConsoleChangesAClient(t *testing.T) {
	st := newStage(t)
	path := "/auth/clients/" + st.web.ID
	st.do(http.MethodPost, path, url.Values{"uri": {"https://other.example.com/cb"}})
	at := st.location(st.get("/auth?" + st.request(st.web).Encode()))
	if at.Path != errorPath {
		t.Error("a redirect URI that was removed is still taken")
	}
	st.do(http.MethodPost, path, url.Values{"delete": {"1"}})
	if _, reply := st.token(st.refreshForm(st.web, "1//x")); reply["error"] != "deleted_client" {
		t.Errorf("refresh with a deleted client = %v, want deleted_client", reply)
	}
}

func TestConsolePagesShow(t *testing.T) {
	st := newStage(t)
	st.use("token-429")
	for _, path := range []string{"/", "/auth/overview", "/auth/audience", "/auth/clients", "/auth/clients/create", "/sandbox", "/auth/clients/" + st.web.ID, "/auth/clients/" + st.desktop.ID} {
		if page := parse(t, st.get(path)); !strings.Contains(page.byID("on").text(), "token-429") {
			t.Errorf("%s does not say which scenario is on", path)
		}
	}
}

func TestAudiencePage(t *testing.T) {
	st := newStage(t)
	st.do(http.MethodPost, "/auth/audience?project=my-project", url.Values{"publishing": {"testing"}, "test_users": {"A@example.com\r\nb@example.com"}})
	page := parse(t, st.get("/auth/audience?project=my-project"))
	if got := page.byID("test-users").text(); got != "a@example.com\nb@example.com" {
		t.Errorf("test users = %q", got)
	}
	if st.server.project("my-project").Publishing != account.Testing {
		t.Error("the publishing status was not kept")
	}
}

func TestScenarioSwitch(t *testing.T) {
	st := newStage(t)
	reply := st.do(http.MethodPost, "/sandbox/scenario", url.Values{"name": {"token-429,state-wrong"}})
	if body := bodyOf(t, reply); reply.StatusCode != http.StatusSeeOther || !strings.Contains(body, "on: token-429, state-wrong") {
		t.Errorf("POST /sandbox/scenario = %d %s", reply.StatusCode, body)
	}
	if diff := cmp.Diff([]string{"token-429", "state-wrong"}, st.server.scenarios.Names()); diff != "" {
		t.Errorf("scenarios on (-want +got)\n%s", diff)
	}
	st.do(http.MethodPost, "/sandbox/scenario", url.Values{"name": {""}})
	if names := st.server.scenarios.Names(); len(names) != 0 {
		t.Errorf("after the good day was chosen, %v are on", names)
	}
}

func TestForeignHostIsRefused(t *testing.T) {
	st := newStage(t)
	for host, want := range map[string]int{
		"127.0.0.1:9443": 200, "localhost:1": 200, "[::1]:9443": 200, "[::1]": 200, "127.0.0.1": 200,
		"evil.example": 421, "127.0.0.1.evil.example:9443": 421, "192.168.1.2": 421, "": 421,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, testBase+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		if got := serve(st, req).StatusCode; got != want {
			t.Errorf("GET / with Host %q = %d, want %d", host, got, want)
		}
	}
}
