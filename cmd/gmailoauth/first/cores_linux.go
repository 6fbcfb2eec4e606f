package first

import "syscall"

// noCores keeps what is in memory out of core dumps, also out of those that the
// kernel pipes to a program, which a limit does not stop, and from being read by
// other processes of the same user. Children have a life of their own: exec ends
// it. A kernel that refuses leaves things as they are.
// Source: PR_SET_DUMPABLE(2const), core(5) (seen 2026-11-21).
func noCores() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
}
