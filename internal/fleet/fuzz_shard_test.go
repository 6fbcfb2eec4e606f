package fleet

import (
	"errors"
	"testing"

	"gmailoauth/internal/diagnosis"
)

// A share is read as it is written again, or refused; whoever has all shares of a
// fleet has each mailbox once.
func FuzzParseShard(f *testing.F) {
	for _, seed := range [][2]string{{"1/3", ""}, {"0/3", ""}, {"auto/10", "4"}, {"auto", ""}, {"99999999999999999999/1", ""}, {" 2/2 ", ""}, {"-0/1", "x"}, {"1/2/3", ""}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, index string) {
		env := func(name string) string {
			if name == "JOB_COMPLETION_INDEX" {
				return index
			}
			return ""
		}
		got, err := ParseShard(text, env)
		if err != nil {
			if _, ok := errors.AsType[*diagnosis.Symptom](err); !ok {
				t.Errorf("ParseShard(%q) = %v", text, err)
			}
			return
		}
		if again, err := ParseShard(got.String(), env); err != nil || again != got {
			t.Errorf("ParseShard(%q) is %v, and that %v, %v", text, got, again, err)
		}
		if share := Share(got, make([]int, 100)); len(share) > 100 {
			t.Errorf("%v of 100 are %d", got, len(share))
		}
	})
}
