package vault

import (
	"net/url"
	"strings"
	"sync"
)

// item is what is known of a name. It is held for the time of a call, so that
// what is remembered is in the order of what happened.
type item struct {
	sync.Mutex
	version int // that was read or written last
	known   bool
}

func (k *Keeper) hold(name string) *item {
	k.mu.Lock()
	it := k.items[name]
	if it == nil {
		it = &item{}
		k.items[name] = it
	}
	k.mu.Unlock()
	it.Lock()
	return it
}

func (it *item) is(version int) { it.version, it.known = version, true }

// to is the address of a name below one of the engine's two branches.
func (k *Keeper) to(branch, name string) string {
	return "/v1/" + escaped(k.mount) + "/" + branch + "/" + escaped(k.path) + "/" + url.PathEscape(name)
}

// escaped is a path with its slashes left as they are.
func escaped(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}
