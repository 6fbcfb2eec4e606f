package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/layout"
)

// untrusted is the Symptom of a file that is there and must not be believed.
func untrusted(file string, refusal *layout.Refusal) error {
	facts := map[string]string{"file": file, "mode": octal(refusal.Mode)}
	switch refusal.Why {
	case layout.ReadableByOthers:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "readable-by-others", Facts: facts}
	case layout.WritableByOthers:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "writable-by-others", Facts: facts}
	case layout.OwnedByOther:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "owned-by-other",
			Facts: map[string]string{"file": file, "owner": fmt.Sprint(refusal.Owner), "self": fmt.Sprint(refusal.Self)}}
	case layout.TooLarge:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "corrupt-file", Text: "far too large", Facts: map[string]string{"file": file}}
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "not-a-file", Facts: map[string]string{"file": file}}
}

func octal(mode fs.FileMode) string { return fmt.Sprintf("%04o", mode.Perm()) }

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
