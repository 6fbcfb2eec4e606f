package fleet

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fullPace is one that was ramped up already.
func fullPace(most int) *Pace {
	p := NewPace(most)
	for range most {
		p.Well()
	}
	return p
}

func TestEachIsInOrderAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, most, window = 200, 7, 20
		var inside, highest, begun, out atomic.Int64
		var got []int
		err := Each(t.Context(), n, window, fullPace(most), func(_ context.Context, i int) int {
			highest.Store(max(highest.Load(), inside.Add(1)))
			if ahead := begun.Add(1) - out.Load(); ahead > window+2 {
				t.Errorf("%d are begun and not handed out, want %d at most", ahead, window)
			}
			defer inside.Add(-1)
			if i == 30 {
				time.Sleep(time.Minute) // the others go on, but not for ever
			}
			time.Sleep(time.Duration(i%5) * time.Millisecond)
			return i
		}, func(i, result int) error {
			out.Add(1)
			if i != result {
				t.Errorf("result %d in place %d", result, i)
			}
			got = append(got, result)
			return nil
		})
		if err != nil || len(got) != n || !slices.IsSorted(got) || highest.Load() != most {
			t.Errorf("Each: %v, %d results, %d at once; want %d and %d", err, len(got), highest.Load(), n, most)
		}
	})
}

func TestEachEnds(t *testing.T) {
	broken := errors.New("no more paper")
	for name, c := range map[string]struct {
		out   error // after the third
		stop  bool
		enter bool
		want  error
	}{
		"enough":         {nil, false, true, nil},
		"out fails":      {broken, false, false, broken},
		"somebody stops": {nil, true, false, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				var begun atomic.Int64
				handed := 0
				pace := fullPace(4)
				err := Each(ctx, 1000, 10, pace, func(_ context.Context, i int) int {
					begun.Add(1)
					time.Sleep(time.Millisecond)
					if c.enter && i == 2 {
						pace.Stop()
					}
					return 0
				}, func(i, _ int) error {
					handed++
					if i != 2 {
						return nil
					}
					if c.stop {
						stop()
					}
					return c.out
				})
				if !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Errorf("Each = %v, want %v", err, c.want)
				}
				if begun.Load() > 20 {
					t.Errorf("%d were begun", begun.Load())
				}
				if want := int(begun.Load()); name != "out fails" && handed != want {
					t.Errorf("%d of %d that were begun are handed out", handed, want)
				}
			})
		})
	}
}

// What waits gives its place to others, and takes one again.
func TestPaceOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		pace := NewPace(1)
		var last time.Duration
		err := Each(t.Context(), 10, 10, pace, func(ctx context.Context, i int) bool {
			if i > 0 {
				time.Sleep(time.Second)
				return true
			}
			return pace.Outside(ctx, func() bool { time.Sleep(5 * time.Second); return true })
		}, func(_ int, onward bool) error {
			last = time.Since(start)
			if !onward {
				t.Error("Outside said to give up")
			}
			return nil
		})
		if err != nil || last > 10*time.Second {
			t.Errorf("Each: %v after %v, want 9 s: the first waits while others work", err, last)
		}
		if pace.inside != 0 {
			t.Errorf("%d places are not given back", pace.inside)
		}
	})
}

func TestPaceRampsAndHalves(t *testing.T) {
	p := NewPace(32)
	if got := p.Allowed(); got != firstSteps {
		t.Errorf("at first %d, want %d", got, firstSteps)
	}
	for range 100 {
		p.Well()
	}
	if got := p.Allowed(); got != 32 {
		t.Errorf("after a good while %d, want 32", got)
	}
	for range 8 { // all of one moment
		p.Slower()
	}
	if got := p.Allowed(); got != 16 {
		t.Errorf("after a busy server %d, want 16", got)
	}
	for range 200 {
		p.Slower()
	}
	if got := p.Allowed(); got != 1 {
		t.Errorf("after a long time of it %d, want 1", got)
	}
	p.Well()
	if got := p.Allowed(); got != 2 {
		t.Errorf("when it is well again %d, want 2", got)
	}
	if got := NewPace(0).Allowed(); got != 1 {
		t.Errorf("NewPace(0) allows %d, want 1", got)
	}
}

// When everything fails, trying again does not multiply the work.
func TestPaceLimitsTries(t *testing.T) {
	p, again := NewPace(8), 0
	for range 1000 {
		for range 3 {
			p.Slower()
			if p.Again() {
				again++
			}
		}
	}
	if again < 500 || again > 1000 {
		t.Errorf("3,000 failures: tried again %d times, want a fifth of them and a few", again)
	}
}
