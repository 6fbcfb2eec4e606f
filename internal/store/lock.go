package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// How often a lock that is taken is tried again.
const (
	firstTry = 5 * time.Millisecond
	laterTry = 50 * time.Millisecond
)

// writeWait bounds the wait for another process that is replacing a file,
// which takes milliseconds.
const writeWait = 10 * time.Second

// slowWait is that where a program, a keyring or a server is asked instead: some
// take seconds for each request.
const slowWait = 2 * time.Minute

// lock excludes other processes, and other goroutines of this one, from name
// in dir until release is called. It waits until ctx ends. The lock file stays:
// removing it would let two in.
func lock(ctx context.Context, dir, name, email string) (release func(), err error) {
	if err := (folder{dir, true}).make(); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, name+".lock")
	f := flock.New(file, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	for pause := firstTry; ; pause = min(2*pause, laterTry) {
		if ctx.Err() != nil {
			return nil, lockTimeout(ctx, email, file)
		}
		ok, err := f.TryLock()
		if err != nil {
			return nil, unwritten(file, err)
		}
		if ok {
			return func() { _ = f.Unlock() }, nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// writing excludes other writers of one file. Once begun, a write is not given
// up because the caller's time is over: what it keeps may exist nowhere else.
func writing(ctx context.Context, dir, name, email string) (release func(), err error) {
	return writingFor(ctx, writeWait, dir, name, email)
}

func writingFor(ctx context.Context, wait time.Duration, dir, name, email string) (release func(), err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait)
	defer cancel()
	return lock(ctx, dir, name, email)
}
