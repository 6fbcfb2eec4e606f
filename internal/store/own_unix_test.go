//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

func TestErrorsOfWriting(t *testing.T) {
	tests := []struct {
		err  error
		code string
	}{
		{syscall.ENOSPC, "disk-full"}, {syscall.EDQUOT, "disk-full"}, {syscall.EFBIG, "disk-full"},
		{syscall.EROFS, "read-only"}, {syscall.EACCES, "permission-denied"}, {syscall.EPERM, "permission-denied"},
		{syscall.EIO, "write-failed"},
	}
	for _, test := range tests {
		err := unwritten("f", &fs.PathError{Op: "write", Path: "f", Err: test.err})
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Code != test.code || !errors.Is(err, test.err) || symptom.Facts["file"] != "f" {
			t.Errorf("unwritten(%v) = %v, want %s", test.err, err, test.code)
		}
	}
	for _, test := range []struct {
		err  error
		code string
	}{{syscall.EACCES, "permission-denied"}, {syscall.EIO, "read-failed"}} {
		symptom, ok := errors.AsType[*diagnosis.Symptom](unread("f", test.err))
		if !ok || symptom.Code != test.code {
			t.Errorf("unread(%v) = %v, want %s", test.err, symptom, test.code)
		}
	}
}

// A pipe in the place of a file must not make us wait for its writer.
func TestPipeIsRefused(t *testing.T) {
	dir := t.TempDir()
	keeper := files{folder{dir, false}, ".json"}
	s := &keptSecrets{keeper: keeper, locks: filepath.Join(dir, "locks")}
	if err := syscall.Mkfifo(keeper.File("a@example.com"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), "a@example.com")
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Code != "not-a-file" {
		t.Errorf("Get of a pipe = %v, want not-a-file", err)
	}
}

// What a killed writer left is neither read nor in the way, and Delete takes it.
func TestLeftOverTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	keeper := files{folder{dir, true}, ".json"}
	s := &keptSecrets{keeper: keeper, locks: filepath.Join(dir, "locks")}
	left := temporary(keeper.File("a@example.com"))
	for _, act := range []func() error{
		func() error { return s.Put(t.Context(), "a@example.com", account.Credentials{}) },
		func() error { return s.Delete(t.Context(), "a@example.com") },
	} {
		if err := os.WriteFile(left, []byte("half a secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := act(); err != nil {
			t.Fatalf("beside what was left: %v, want nil", err)
		}
		if _, err := os.Lstat(left); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("what was left is still there: %v", err)
		}
	}
}
