package store

import (
	"context"
	"errors"
	"io/fs"

	"gmailoauth/internal/diagnosis"
)

// unread is the Symptom of a file that is there and cannot be read.
func unread(file string, err error) error {
	facts := map[string]string{"file": file}
	if errors.Is(err, fs.ErrPermission) {
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "permission-denied", Err: err, Facts: facts}
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "read-failed", Err: err, Facts: facts}
}

// unwritten is the Symptom of a file that could not be written; the one that
// was there is as it was.
func unwritten(file string, err error) error {
	facts := map[string]string{"file": file}
	switch {
	case isFull(err):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "disk-full", Err: err, Facts: facts}
	case isReadOnly(err):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "read-only", Err: err, Facts: facts}
	case errors.Is(err, fs.ErrPermission):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "permission-denied", Err: err, Facts: facts}
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "write-failed", Err: err, Facts: facts}
}

// lockTimeout is the Symptom of a lock that another process did not give back
// in time.
func lockTimeout(ctx context.Context, email, file string) error {
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "lock-timeout", Err: ctx.Err(),
		Facts: map[string]string{"account": email, "file": file}}
}
