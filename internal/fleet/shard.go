package fleet

import (
	"strconv"
	"strings"

	"gmailoauth/internal/diagnosis"
)

// auto stands in the place of what the variables of a CI server say.
const auto = "auto"

// most machines that may share a fleet.
const most = 100_000

// numbering is where a system that runs a job on several machines says which of
// them this one is.
type numbering struct {
	index, count string // variables; count may be empty: it says only the index
	from         int    // what the first index is
}

// numberings are those that are known, in the order of the search.
// Sources (seen 2026-11-21): Kubernetes, Jobs, "Completion mode" (Indexed);
// GitLab CI/CD, "Predefined CI/CD variables reference".
func numberings() []numbering {
	return []numbering{{"JOB_COMPLETION_INDEX", "", 0}, {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1}}
}

// ParseShard reads I/N. I counts from 1 to N or, as Kubernetes does, from 0 to
// N-1: 0 and N are the same share. "auto/N" takes I from the variables of an
// Indexed Job or of GitLab, "auto" both. The empty text is the zero Shard. A
// refusal is a *diagnosis.Symptom at input.
func ParseShard(text string, env func(string) string) (Shard, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Shard{}, nil
	}
	index, count, both := strings.Cut(text, "/")
	if !both && text != auto {
		return Shard{}, badShard(text)
	}
	if index == auto {
		return numbered(count, both, env)
	}
	return shard(text, index, count, 1)
}

func numbered(count string, given bool, env func(string) string) (Shard, error) {
	for _, n := range numberings() {
		index := env(n.index)
		if index == "" {
			continue
		}
		total := count
		if !given && n.count != "" {
			total = env(n.count)
		}
		if total == "" {
			return Shard{}, (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "fleet-shard-count"}).With("variable", n.index)
		}
		return shard(index+"/"+total, index, total, n.from)
	}
	return Shard{}, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "fleet-shard-index"}
}

func shard(text, index, count string, from int) (Shard, error) {
	i, iErr := strconv.Atoi(index)
	n, nErr := strconv.Atoi(count)
	if iErr != nil || nErr != nil || n < 1 || n > most || i < 0 || i > n {
		return Shard{}, badShard(text)
	}
	i += 1 - from
	if i == 0 {
		i = n
	}
	if i > n {
		return Shard{}, badShard(text)
	}
	return Shard{i, n}, nil
}

func badShard(text string) error {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-value"}
	symptom = symptom.With("flag", "--shard", "wanted", "I/N, auto/N, auto")
	if len(text) <= 16 {
		symptom = symptom.With("value", text)
	}
	return symptom
}
