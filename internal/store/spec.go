package store

// Noted gives a spec as accounts note it: relative paths are absolute, the default
// has its name. Two specs that are noted alike are one store.
func Noted(spec string) string { return storeOf(spec) }
