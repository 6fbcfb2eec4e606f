package googlecloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// operation is google.longrunning.Operation: work that goes on at Google.
// Source: googleapis/googleapis google/longrunning/operations.proto (seen 2026-11-21).
type operation struct {
	Name     string          `json:"name"`
	Done     bool            `json:"done"`
	Response json.RawMessage `json:"response"`
	Error    *status         `json:"error"`
}

// The pauses between two looks at an operation: each twice as long as the last.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// Looked is told of each look at an operation that is not done, with the pause
// until the next one.
type Looked func(look int, next time.Duration)

// finish looks at an operation until it is done. base and version say where;
// facts go into a refusal. When ctx ends by its deadline, Google is still at it:
// a Symptom with code operation-unfinished.
func (c *Console) finish(ctx context.Context, op operation, base, version string, looked Looked, facts ...string) error {
	pause := firstPause
	for look := 1; !op.Done; look++ {
		if looked != nil {
			looked(look, pause)
		}
		err := c.pause(ctx, pause)
		if err == nil {
			err = c.call(ctx, request{http.MethodGet, base, version + op.Name, nil, facts}, &op)
		}
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
			symptom := &diagnosis.Symptom{Where: diagnosis.AtCloud, Code: "operation-unfinished", Err: err}
			return symptom.With(facts...)
		}
		if err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
	if op.Error == nil {
		return nil
	}
	token, err := c.Token(ctx)
	if err != nil {
		token = secret.Text{} // it was sent; what refuses now is not the news
	}
	return op.Error.tell(&diagnosis.Symptom{Where: diagnosis.AtCloud, Endpoint: base}, token).With(facts...)
}

func (c *Console) pause(ctx context.Context, d time.Duration) error {
	if c.Pause != nil {
		return c.Pause(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
