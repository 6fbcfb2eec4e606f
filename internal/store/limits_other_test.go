//go:build !unix

package store_test

import (
	"context"

	"gmailoauth/internal/store"
)

// limited: this system has no limit on what a process may write.
func limited(context.Context, store.Secrets) int { return 9 }
