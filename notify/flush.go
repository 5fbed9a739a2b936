package notify

import "slices"

// flush writes what has changed, in one transaction. What cannot be written is kept
// in memory and written later: sending matters more.
func (b *Outbox) flush() {
	b.mu.Lock()
	save := map[string][]byte{}
	var written []*Entry
	for _, e := range b.open {
		if !e.dirty {
			continue
		}
		e.dirty = false
		written = append(written, e)
		if e.Closed.IsZero() {
			save[openPrefix+e.Notice.ID] = encode(e)
		} else {
			save[openPrefix+e.Notice.ID] = nil
			save[doneKey(e.Notice.Detected, e.Notice.ID)] = encode(e)
		}
	}
	b.mu.Unlock()
	if len(save) == 0 {
		return
	}
	err := b.options.Ledger.Save(save)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		if !b.failing {
			b.options.Log.Error("the outbox cannot be written: what is sent now may be sent again after a restart", "error", err)
		}
		b.failing = true
		for _, e := range written {
			e.dirty = true
		}
		return
	}
	b.failing = false
	b.forget(written)
}

// forget takes closed entries out of memory. Callers hold mu.
func (b *Outbox) forget(written []*Entry) {
	gone := false
	for _, e := range written {
		if !e.Closed.IsZero() && !e.dirty {
			delete(b.entries, e.Notice.ID)
			if b.threads[e.Notice.Thread]--; b.threads[e.Notice.Thread] == 0 {
				delete(b.threads, e.Notice.Thread)
			}
			gone = true
		}
	}
	if gone {
		b.open = slices.DeleteFunc(b.open, func(e *Entry) bool { return b.entries[e.Notice.ID] != e })
	}
}
