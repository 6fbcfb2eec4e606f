// Package recipes_test reads the files of docs/ci with the parsers of those they
// are for. It is a module of its own: none of this is part of the program.
package recipes_test

import (
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"

	"gmailoauth/internal/e2e/recipes"
)

func file(t *testing.T, title string) string {
	t.Helper()
	all, err := recipes.Read("../../docs/ci")
	if err != nil {
		t.Fatal(err)
	}
	s, err := recipes.Titled(all, title)
	if err != nil {
		t.Fatal(err)
	}
	return s.Text
}

// Every key of the manifests is one of Kubernetes's, in its place and of its kind.
func TestManifests(t *testing.T) {
	var cron batchv1.CronJob
	if err := yaml.UnmarshalStrict([]byte(file(t, "gmail-verify.yaml")), &cron); err != nil {
		t.Error(err)
	}
	if cron.Kind != "CronJob" || cron.APIVersion != "batch/v1" || len(cron.Spec.JobTemplate.Spec.Template.Spec.Containers) != 1 {
		t.Errorf("gmail-verify.yaml: %+v", cron.TypeMeta)
	}
	var job batchv1.Job
	if err := yaml.UnmarshalStrict([]byte(file(t, "gmail-fleet.yaml")), &job); err != nil {
		t.Error(err)
	}
	if job.Kind != "Job" || job.APIVersion != "batch/v1" || *job.Spec.CompletionMode != batchv1.IndexedCompletion {
		t.Errorf("gmail-fleet.yaml: %+v", job.TypeMeta)
	}
	if shards := *job.Spec.Completions; !strings.Contains(strings.Join(job.Spec.Template.Spec.Containers[0].Args, " "), "auto/"+string('0'+rune(shards))) {
		t.Errorf("gmail-fleet.yaml: %d completions, but other shares", shards)
	}
	for name, pod := range map[string]batchv1.JobSpec{"gmail-verify.yaml": cron.Spec.JobTemplate.Spec, "gmail-fleet.yaml": job.Spec} {
		container := pod.Template.Spec.Containers[0]
		if pod.PodFailurePolicy.Rules[0].OnExitCodes.ContainerName == nil || *pod.PodFailurePolicy.Rules[0].OnExitCodes.ContainerName != container.Name {
			t.Errorf("%s: the failure policy is of another container", name)
		}
		if pod.Template.Spec.RestartPolicy != "Never" { // a failure policy wants that
			t.Errorf("%s: restartPolicy %s", name, pod.Template.Spec.RestartPolicy)
		}
	}
	// The reader sees what it is for.
	if err := yaml.UnmarshalStrict([]byte(strings.Replace(file(t, "gmail-fleet.yaml"), "completionMode", "completionsMode", 1)), &job); err == nil {
		t.Error("a misspelt key was read")
	}
}

// BuildKit reads every line of the Dockerfile, and has nothing to say of it.
func TestDockerfile(t *testing.T) {
	parsed, err := parser.Parse(strings.NewReader(file(t, "Dockerfile")))
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range parsed.Warnings {
		t.Errorf("%v: %s", warning.Location, warning.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) { t.Errorf("%s: %s", rule, message) }})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		t.Fatal(err)
	}
	if len(stages) != 2 || stages[1].BaseName != "scratch" {
		t.Errorf("%d stages, the last from %s", len(stages), stages[len(stages)-1].BaseName)
	}
}
