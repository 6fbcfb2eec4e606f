//go:build !unix

package first

// noCores has nothing to do: Windows writes no dumps of user programs unless an
// administrator asks for them.
func noCores() {}
