package main

import (
	"context"
	"strconv"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/fleet"
)

// patiently does something, and does it again when a server has put it off.
func (a *app) patiently(ctx context.Context, pace *fleet.Pace, do func(context.Context) error) error {
	var waited time.Duration
	for try := 1; ; try++ {
		err := do(ctx)
		again, wait := false, time.Duration(0)
		if err != nil {
			symptom := diagnosis.SymptomOf(err)
			again = a.explain(symptom).Again
			seconds, _ := strconv.Atoi(symptom.Facts["retry_after"])
			wait = time.Duration(seconds) * time.Second
		}
		if again {
			pace.Slower()
		} else {
			pace.Well()
		}
		wait = max(wait, backoff(try))
		waited += wait
		if !again || try > fleetRetries || waited > patience || !pace.Again() {
			return err
		}
		if !pace.Outside(ctx, func() bool { return a.waits(ctx, wait) }) {
			return err
		}
	}
}
