package googlecloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/googlecloud"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/secret"
)

const gmail = "gmail.googleapis.com"

// console is one against a sandbox, whose pauses are written down and not waited for.
func console(t *testing.T, scenarios ...string) (*googlecloud.Console, *sandbox.Sandbox, *[]time.Duration) {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now, Scenario: scenarios})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: box.TLS()}
	t.Cleanup(func() { transport.CloseIdleConnections(); box.Close() })
	pauses := &[]time.Duration{}
	return &googlecloud.Console{
		HTTP: &http.Client{Transport: transport}, Now: time.Now, Timeout: 10 * time.Second,
		Token:           func(context.Context) (secret.Text, error) { return box.CloudToken(), nil },
		ResourceManager: box.Provider().ResourceManagerEndpoint + "/", ServiceUsage: box.Provider().ServiceUsageEndpoint,
		Pause: func(ctx context.Context, d time.Duration) error { *pauses = append(*pauses, d); return ctx.Err() },
	}, box, pauses
}

func TestProjectAndService(t *testing.T) {
	c, box, pauses := console(t, "cloud-slow")
	if p, err := c.Project(t.Context(), "my-mail-1"); p != nil || err != nil {
		t.Fatalf("Project of none = %v, %v; want neither", p, err)
	}
	var looks []int
	looked := func(look int, _ time.Duration) { looks = append(looks, look) }
	if err := c.CreateProject(t.Context(), googlecloud.Project{ID: "my-mail-1", Parent: "organizations/433637338589"}, looked); err != nil {
		t.Fatalf("CreateProject = %v", err)
	}
	want := []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}
	if diff := cmp.Diff(want, *pauses); diff != "" || len(looks) != 3 {
		t.Errorf("CreateProject: looks %v, pauses (-want +got):\n%s", looks, diff)
	}
	got, err := c.Project(t.Context(), "my-mail-1")
	wanted := &googlecloud.Project{ID: "my-mail-1", Name: "my-mail-1", Parent: "organizations/433637338589", Number: "815407401234", State: googlecloud.Active}
	if diff := cmp.Diff(wanted, got); err != nil || diff != "" {
		t.Errorf("Project = %v (-want +got):\n%s", err, diff)
	}
	if state, err := c.ServiceState(t.Context(), "my-mail-1", gmail); state != googlecloud.Disabled || err != nil {
		t.Errorf("ServiceState before = %s, %v; want %s", state, err, googlecloud.Disabled)
	}
	if err := c.EnableService(t.Context(), "my-mail-1", gmail, nil); err != nil {
		t.Errorf("EnableService = %v", err)
	}
	if state, err := c.ServiceState(t.Context(), "my-mail-1", gmail); state != googlecloud.Enabled || err != nil {
		t.Errorf("ServiceState after = %s, %v; want %s", state, err, googlecloud.Enabled)
	}
	for scenario, want := range map[string]int{"cloud-no-organization": 0, "cloud-slow": 1, "cloud-two-organizations": 2} {
		if err := box.Use(scenario); err != nil {
			t.Fatal(err)
		}
		if list, err := c.Organizations(t.Context()); len(list) != want || err != nil {
			t.Errorf("Organizations, %s = %v, %v; want %d", scenario, list, err, want)
		}
	}
}

// Each refusal is met, with Google's words in it, and one request is enough for it.
func TestRefusals(t *testing.T) {
	look := func(c *googlecloud.Console, ctx context.Context) error {
		_, err := c.Project(ctx, "my-mail-1")
		return err
	}
	create := func(c *googlecloud.Console, ctx context.Context) error {
		return c.CreateProject(ctx, googlecloud.Project{ID: "my-mail-1"}, nil)
	}
	for _, row := range []struct {
		scenario string
		do       func(*googlecloud.Console, context.Context) error
		code     string
		status   int
		words    string
		facts    string
	}{
		{"cloud-terms-not-accepted", create, "TOS", 0, "Callers must accept Terms of Service", "create"},
		{"cloud-project-quota", create, "RESOURCE_EXHAUSTED", 0, "allotted project quota", "create"},
		{"cloud-project-id-taken", create, "ALREADY_EXISTS", 409, "already exists", "create"},
		{"cloud-create-denied", create, "PERMISSION_DENIED", 403, "No permission to create project", "create"},
		{"cloud-odd", create, "INVALID_ARGUMENT", 400, "invalid argument", "create"},
		{"cloud-rate-limited", look, "RATE_LIMIT_EXCEEDED", 429, "Quota exceeded", "look"},
		{"cloud-503", look, "UNAVAILABLE", 503, "unavailable", "look"},
		{"cloud-token-dead", look, "ACCESS_TOKEN_EXPIRED", 401, "invalid authentication credentials", "look"},
		{"cloud-token-scope", look, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", 403, "insufficient authentication scopes", "look"},
		{"cloud-service-disabled", look, "SERVICE_DISABLED", 403, "has not been used", "look"},
		{"cloud-consumer-invalid", look, "CONSUMER_INVALID", 403, "Permission denied", "look"},
		{"cloud-consumer-denied", look, "USER_PROJECT_DENIED", 403, "required permission", "look"},
		{"cloud-html", look, "not-json", 403, "", "look"},
	} {
		c, box, _ := console(t, row.scenario)
		err := row.do(c, t.Context())
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok {
			t.Errorf("%s: %v, want a symptom", row.scenario, err)
			continue
		}
		if symptom.Where != diagnosis.AtCloud || symptom.Code != row.code || symptom.Status != row.status ||
			!strings.Contains(symptom.Text, row.words) || symptom.Facts["step"] != row.facts || symptom.Facts["project"] != "my-mail-1" {
			t.Errorf("%s: %+v, want %s %d %q", row.scenario, symptom, row.code, row.status, row.words)
		}
		if strings.Contains(err.Error(), box.CloudToken().Reveal()) {
			t.Errorf("%s: the token is in %v", row.scenario, err)
		}
	}
}

func TestNothingIsSentThatGoogleWouldRefuse(t *testing.T) {
	c := &googlecloud.Console{Now: time.Now, Token: func(context.Context) (secret.Text, error) {
		t.Error("a token was asked for")
		return secret.Text{}, nil
	}}
	for _, row := range []struct {
		project googlecloud.Project
		code    string
	}{
		{googlecloud.Project{ID: "short"}, "bad-project-id"}, {googlecloud.Project{ID: "Has-Capitals"}, "bad-project-id"},
		{googlecloud.Project{ID: "1begins-with-digit"}, "bad-project-id"}, {googlecloud.Project{ID: "ends-with-"}, "bad-project-id"},
		{googlecloud.Project{ID: strings.Repeat("a", 31)}, "bad-project-id"},
		{googlecloud.Project{ID: "my-mail-1", Name: "CRM"}, "bad-project-name"}, {googlecloud.Project{ID: "my-mail-1", Name: "Poczta ż"}, "bad-project-name"},
		{googlecloud.Project{ID: "my-mail-1", Parent: "example.com"}, "bad-parent"},
	} {
		err := c.CreateProject(t.Context(), row.project, nil)
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != row.code {
			t.Errorf("CreateProject(%+v) = %v, want %s", row.project, err, row.code)
		}
	}
}

// A context ends the waiting: by its deadline it is said that Google is still at
// it, by the admin's wish it is just over.
func TestTheContextEndsIt(t *testing.T) {
	c, _, _ := console(t, "cloud-operation-endless")
	c.Pause = nil
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	err := c.CreateProject(ctx, googlecloud.Project{ID: "my-mail-1"}, nil)
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != "operation-unfinished" {
		t.Errorf("CreateProject until a deadline = %v, want operation-unfinished", err)
	}
	ctx, leave := context.WithCancel(t.Context())
	err = c.CreateProject(ctx, googlecloud.Project{ID: "my-mail-2"}, func(int, time.Duration) { leave() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("CreateProject, left = %v, want context.Canceled", err)
	}
}

// A token is sent to the address that was asked for, and to no other: a redirect
// is not followed; what the server says of the token is taken out.
func TestTheTokenStaysWhereItBelongs(t *testing.T) {
	const token = "ya29.a-token-that-nobody-may-see-0123456789"
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	redirects := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if redirects {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": 403, "status": "PERMISSION_DENIED", "message": r.Header.Get("Authorization"),
			"details": []any{map[string]any{"reason": token, "metadata": map[string]string{"consumer": token}}}}})
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	c := &googlecloud.Console{HTTP: server.Client(), Now: time.Now, ResourceManager: server.URL, ServiceUsage: server.URL,
		Token: func(context.Context) (secret.Text, error) { return secret.New(token), nil }}
	if _, err := c.Project(t.Context(), "my-mail-1"); err == nil {
		t.Error("Project, redirected: no error")
	}
	redirects = false
	err := c.EnableService(t.Context(), "my-mail-1", gmail, nil)
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		t.Fatalf("EnableService = %v, want a symptom", err)
	}
	for _, text := range []string{symptom.Code, symptom.Text, symptom.Facts["consumer"], err.Error()} {
		if strings.Contains(text, "nobody-may-see") {
			t.Errorf("the token is told: %q", text)
		}
	}
}
