//go:build unix && !linux

package first

import "syscall"

// noCores keeps what is in memory out of core dumps. Children inherit the limit,
// and may raise it again: only the soft one is set. A system that refuses leaves
// things as they are.
func noCores() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &limit) != nil {
		return
	}
	limit.Cur = 0
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &limit)
}
