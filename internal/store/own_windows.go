package store

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// rename waits a little when somebody, often a virus scanner, has the file open.
func rename(from, to string) error {
	const sharingViolation = syscall.Errno(32)
	for pause := time.Millisecond; ; pause *= 2 {
		err := os.Rename(from, to)
		if err == nil || pause > 200*time.Millisecond ||
			!errors.Is(err, syscall.ERROR_ACCESS_DENIED) && !errors.Is(err, sharingViolation) {
			return err
		}
		time.Sleep(pause)
	}
}

// syncFolder: a folder cannot be synced on Windows.
func syncFolder(string) error { return nil }

// isFull and isReadOnly go by the numbers of winerror.h.
// Source: learn.microsoft.com/windows/win32/debug/system-error-codes (seen 2026-11-20).
func isFull(err error) bool {
	return errors.Is(err, syscall.Errno(112)) || errors.Is(err, syscall.Errno(39))
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.Errno(19)) }
