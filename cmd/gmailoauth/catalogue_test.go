package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

// told is how a command ended, and what it told of it.
type told struct {
	code     int
	out, err string
	// strict is the exit code of verify --strict: a warning ends in it.
	strict int
	// again marks what is told and asked again: the run goes on, and how it ends
	// is another matter.
	again bool
	// beside marks a warning beside which another check fails.
	beside bool
	// cannot says why this machine has no way to produce the entry.
	cannot string
}

// produced makes a refusal happen for real: what servers say, what lies on the
// disk, what is typed. Nothing of ours is stood in for.
type produced func(*workplace) told

// Every entry of the catalogue is met on the way from the wire, or from what was
// typed, to the printed lines and the exit code. An entry that nothing produces
// has no place in the catalogue.
func TestEveryDiagnosisIsMet(t *testing.T) {
	catalogue, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	byHand := map[string]produced{}
	for _, rows := range []map[string]produced{inputRows(), fileRows(), importRows(), storeRows(), elsewhereRows(), consentRows(), wireRows(),
		networkRows(), machineRows(), cloudRows(), exportRows(), keyringRows(), vaultRows(), fleetRows(), applyRows(), warningRows(), doctorRows(), delegationRows(), federationRows()} {
		for name, row := range rows {
			if byHand[name] != nil || !slices.Contains(catalogue.Names(), name) {
				t.Errorf("%s: two rows, or no such entry", name)
			}
			byHand[name] = row
		}
	}
	for _, name := range catalogue.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entry, _ := catalogue.Entry(name, google.Link)
			produce := byHand[name]
			if produce == nil && strings.HasPrefix(entry.Scenario, "input: ") {
				t.Fatalf("nothing produces it: %s", entry.Scenario)
			}
			if produce == nil {
				produce = func(o *workplace) told { return o.play(strings.Fields(entry.Scenario)...) }
			}
			o := newWorkplace(t)
			o.env["XDG_RUNTIME_DIR"] = t.TempDir()
			got := produce(o)
			if got.cannot != "" {
				t.Logf("not on this machine: %s", got.cannot)
				return
			}
			got.isExplained(t, entry)
		})
	}
}

// isExplained holds what was told against an entry: four lines, or the JSON and
// the text of a proof, and the exit code.
func (got told) isExplained(t *testing.T, entry diagnosis.Entry) {
	t.Helper()
	var proof struct {
		Error    map[string]string
		Accounts []struct {
			Checks []struct {
				Status    string
				Diagnosis map[string]string
			}
		}
	}
	isJSON := json.Unmarshal([]byte(got.out), &proof) == nil
	if isJSON && len(proof.Accounts) > 0 {
		status := ""
		for _, check := range proof.Accounts[0].Checks {
			if d := check.Diagnosis; d != nil && d["name"] == entry.Name {
				status = check.Status
				if d["message"] == "" || d["cause"] == "" || d["fix"] == "" {
					t.Errorf("diagnosis %v, want message, cause and fix", d)
				}
			}
		}
		if want := "gmailoauth explain " + entry.Name + "\n"; !strings.Contains(got.err, want) {
			t.Errorf("the text does not say %q:\n%s", want, got.err)
		}
		switch {
		case status == "warn" && !got.beside && (got.code != 0 || got.strict != 3):
			t.Errorf("exit %d, and %d with --strict; want 0 and 3 for a warning\n%s", got.code, got.strict, got.out)
		case status == "fail" && got.code != entry.Exit:
			t.Errorf("exit %d, want %d\n%s", got.code, entry.Exit, got.out)
		case status != "warn" && status != "fail":
			t.Errorf("no check tells it:\n%s", got.out)
		}
		return
	}
	if got.code != entry.Exit && !got.again {
		t.Errorf("exit %d, want %d", got.code, entry.Exit)
	}
	if entry.Exit == exitInterrupted {
		if proof.Error["name"] != entry.Name || got.err != "" {
			t.Errorf("interrupted: want its name in the JSON, and nothing more:\n%s%s", got.out, got.err)
		}
		return
	}
	four := lastFour(got.err)
	if got.again {
		four = fourOf(got.err, entry.Name)
	}
	for i, start := range []string{"error: ", "cause: ", "fix:   ", "more:  gmailoauth explain " + entry.Name} {
		if len(four) != 4 || !strings.HasPrefix(four[i], start) || strings.TrimSpace(four[i]) == strings.TrimSpace(start) && i < 3 || i == 3 && four[i] != start {
			t.Fatalf("want the four lines of %s:\n%s%s", entry.Name, got.err, got.out)
		}
	}
}

func lastFour(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[max(0, len(lines)-4):]
}

// fourOf finds the four lines of an entry among others.
func fourOf(text, name string) []string {
	lines := strings.Split(text, "\n")
	at := slices.Index(lines, "more:  gmailoauth explain "+name)
	if at < 3 {
		return nil
	}
	return lines[at-3 : at+1]
}
