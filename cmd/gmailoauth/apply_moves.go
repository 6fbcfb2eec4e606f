package main

import (
	"context"
	"sync"

	"gmailoauth/internal/rollout"
)

// moves are the keys of service accounts that go to another store with their
// mailboxes: each is carried once, and dropped once, however many those are. Any
// goroutine may use it.
type moves struct {
	mu   sync.Mutex
	keys map[moving]*carried
}

// moving is a key on its way.
type moving struct{ serviceAccount, from, to string }

type carried struct {
	mu   sync.Mutex // held while the first mailbox moves, and the key with it
	done bool
}

// move carries the secrets of a mailbox to the store that the file names.
func (r *rolling) move(ctx context.Context, row rollout.Row) error {
	d := row.Before.Delegation
	if d == nil || d.Keyless {
		_, err := r.a.moveOne(ctx, r.accounts, row.Account, row.Store)
		return err
	}
	key := r.moves.of(moving{d.ServiceAccount, row.Before.Store, row.Store})
	key.mu.Lock()
	if !key.done {
		defer key.mu.Unlock()
		_, err := r.a.moveOne(ctx, r.accounts, row.Account, row.Store)
		key.done = err == nil
		return err
	}
	key.mu.Unlock()
	_, err := r.a.moveSecrets(ctx, r.accounts, row.Account, row.Store)
	return err
}

func (m *moves) of(key moving) *carried {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = map[moving]*carried{}
	}
	if m.keys[key] == nil {
		m.keys[key] = new(carried)
	}
	return m.keys[key]
}

// dropKeys deletes the keys from where no mailbox needs them any more. One that
// cannot be deleted is told with the first mailbox that left it behind.
func (r *rolling) dropKeys(ctx context.Context) {
	for i, row := range r.rows {
		if !r.ended[i].done || !row.Has(rollout.Move) || row.Before.Delegation == nil {
			continue
		}
		key := moving{row.Before.Delegation.ServiceAccount, row.Before.Store, row.Store}
		if r.moves.keys[key] == nil {
			continue
		}
		delete(r.moves.keys, key)
		r.ended[i].err = r.a.dropKey(ctx, r.accounts, row.Before)
	}
}
