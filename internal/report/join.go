package report

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// joining is the command whose reports may be joined again.
const joining = "report merge"

// Part is a report in JSON that is to be joined with others. It is opened twice.
type Part struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Joined are reports that fit together. It holds the addresses that are in them,
// but not what was found.
type Joined struct {
	parts   []Part
	tally   tally
	missing []string
}

// Join reads reports of verify, and of earlier joins. A refusal is a
// *diagnosis.Symptom at input: of a file that is no such report, or of a mailbox
// that stands in two of them. Errors of Open are returned as they are.
func Join(parts []Part) (*Joined, error) {
	j := &Joined{parts: parts}
	shares := shares{}
	in := map[string]string{} // where a mailbox stands
	var overlap *diagnosis.Symptom
	overlaps := 0
	for _, part := range parts {
		head, err := part.read(func(a partAccount, _ json.RawMessage) error {
			if first, twice := in[a.Account]; twice {
				if overlaps++; overlap == nil {
					overlap = (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "reports-overlap"}).
						With("account", a.Account, "file", first, "other", part.Name)
				}
			}
			in[a.Account] = part.Name
			j.tally.count1(a)
			return nil
		})
		if err != nil {
			return nil, err
		}
		shares.add(head.Shard)
		if head.Error != nil {
			j.missing = append(j.missing, part.Name)
		}
	}
	if overlap != nil {
		return nil, overlap.With("n", strconv.Itoa(overlaps))
	}
	j.missing = append(shares.missing(), j.missing...)
	return j, nil
}

// Missing names the shares that no report is of, and the reports that were cut.
func (j *Joined) Missing() []string { return j.missing }

// Exit is what one verify of all mailboxes would have given.
func (j *Joined) Exit(strict bool) int {
	if strict && j.tally.count(finding.Warn) > 0 {
		return graver(j.tally.code, strictExit)
	}
	return j.tally.code
}

// Write writes the reports as one, in their order. Each mailbox is one write.
func (j *Joined) Write(w io.Writer, version string) error {
	s := &jsonStream{tally{run: Run{Command: joining, Version: version}}}
	if err := s.Begin(w); err != nil {
		return err
	}
	for _, part := range j.parts {
		_, err := part.read(func(a partAccount, raw json.RawMessage) error {
			s.count1(a)
			var account bytes.Buffer
			if err := json.Indent(&account, raw, "    ", "  "); err != nil {
				return err
			}
			between := "\n    "
			if s.total > 1 {
				between = ",\n    "
			}
			_, err := io.WriteString(w, between+account.String())
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.End(w, Ending{})
}

// count1 counts a mailbox that another run has judged.
func (t *tally) count1(a partAccount) {
	t.total++
	t.boxes[place(a.Status)]++
	t.code = graver(t.code, a.Exit)
}

// shares are the shares that were read, by how many there should be.
type shares map[int][]int

func (s shares) add(shard string) {
	index, count, _ := strings.Cut(shard, "/")
	i, iErr := strconv.Atoi(index)
	n, nErr := strconv.Atoi(count)
	if iErr == nil && nErr == nil {
		s[n] = append(s[n], i)
	}
}

// missing names those that are not there, the first hundred of them.
func (s shares) missing() []string {
	var names []string
	for n, there := range s {
		for i := 1; i <= n && len(names) < 100; i++ {
			if !slices.Contains(there, i) {
				names = append(names, strconv.Itoa(i)+"/"+strconv.Itoa(n))
			}
		}
	}
	slices.Sort(names)
	return names
}
