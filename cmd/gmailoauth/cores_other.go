//go:build !unix

package main

// noCores has nothing to do: Windows writes no dumps of user programs unless an
// administrator asks for them.
func noCores() {}
