//go:build unix

package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// limited writes more than the process may: the nearest thing to a full disk
// that needs no disk.
func limited(ctx context.Context, s store.Secrets) int {
	limit := syscall.Rlimit{Cur: 4096, Max: 4096}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return told(err)
	}
	err := s.Put(ctx, box, big(1))
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Code != "disk-full" {
		fmt.Println("Put =", err)
		return 2
	}
	return 0
}

func TestFullDiskLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "file", dir)
	want := storetest.Sample("old")
	if err := s.Put(t.Context(), box, want); err != nil {
		t.Fatal(err)
	}
	if out, err := process(t, "limited", dir).CombinedOutput(); err != nil {
		t.Fatalf("writing beyond the limit: %v: %s", err, out)
	}
	got, err := s.Get(t.Context(), box)
	if diff := storetest.Equal(want, got); err != nil || diff != "" {
		t.Errorf("Get = %v, differs (-want +got):\n%s", err, diff)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "data", "secrets"))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v, want the one file", entries, err)
	}
}

// Even root can make nothing below a device.
func TestFolderThatCannotBeMade(t *testing.T) {
	err := open(t, "file:/dev/null/secrets", t.TempDir()).Put(t.Context(), box, storetest.Sample("a"))
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Where != diagnosis.AtStore || symptom.Code != "write-failed" {
		t.Errorf("Put below a device = %v, want the symptom write-failed", err)
	}
}
