package notify

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// Ledger keeps the outbox on disk.
type Ledger interface {
	// Save keeps all values in one transaction, durably; a nil value removes.
	Save(values map[string][]byte) error
	// Load returns, in order of keys, up to limit values whose keys begin with prefix
	// and come after the key after.
	Load(prefix, after string, limit int) ([]Kept, error)
}

// Kept is a value of the ledger.
type Kept struct {
	Key   string
	Value []byte
}

// The keys of the ledger. What is closed moves, so that a start reads what is open
// only.
const (
	openPrefix = "outbox/open/"
	donePrefix = "outbox/done/"
)

const (
	// maxOpen bounds the notices that are read at a start. Notices are grouped, so
	// that thousands mean that nobody was reached for weeks.
	maxOpen = 100_000
	// maxShown bounds the closed notices that a page or an answer goes through.
	maxShown = 2000
	// readAtOnce bounds what is held of them at a time while a report is made.
	readAtOnce = 500
	// keptDone is how long closed notices are kept: as long as results are by default.
	keptDone = 400 * 24 * time.Hour
	// prunedAtOnce bounds a transaction.
	prunedAtOnce = 1000
)

// doneKey sorts the newest first, so that pages read the first ones.
func doneKey(detected time.Time, id string) string {
	return fmt.Sprintf("%s%019d/%s", donePrefix, math.MaxInt64-detected.UnixNano(), id)
}

// read decodes kept entries.
func read(kept []Kept) ([]*Entry, error) {
	list := make([]*Entry, 0, len(kept))
	for _, k := range kept {
		e := &Entry{}
		if err := json.Unmarshal(k.Value, e); err != nil {
			return nil, fmt.Errorf("outbox: entry %s cannot be read: %w", k.Key, err)
		}
		list = append(list, e)
	}
	return list, nil
}

// encode cannot fail: an Entry holds nothing that JSON refuses.
func encode(e *Entry) []byte {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return text
}

// History returns the newest notices, first those that are open: at most limit of
// those for which want is true, or all when it is nil.
func (b *Outbox) History(limit int, want func(*Entry) bool) ([]*Entry, error) {
	b.mu.Lock()
	// What is closed is written before it leaves the open ones: for a moment it is in
	// both places.
	twice := make(map[string]bool, len(b.open))
	list := make([]*Entry, 0, min(limit, len(b.open)))
	for _, e := range slices.Backward(b.open) {
		if len(list) < limit && (want == nil || want(e)) {
			copied := &Entry{}
			if err := json.Unmarshal(encode(e), copied); err == nil {
				list, twice[e.Notice.ID] = append(list, copied), true
			}
		}
	}
	b.mu.Unlock()
	if len(list) >= limit {
		return list, nil
	}
	kept, err := b.options.Ledger.Load(donePrefix, "", maxShown)
	if err != nil {
		return list, fmt.Errorf("outbox: %w", err)
	}
	done, err := read(kept)
	for _, e := range done {
		if len(list) < limit && !twice[e.Notice.ID] && (want == nil || want(e)) {
			list = append(list, e)
		}
	}
	return list, err
}

// Between reads the notices of a ledger that were detected in [from, to), open ones
// first, then the closed ones from the newest back. It goes on until each says false.
func Between(l Ledger, from, to time.Time, each func(*Entry) bool) error {
	wanted := func(e *Entry) bool { return !e.Notice.Detected.Before(from) && e.Notice.Detected.Before(to) }
	open := map[string]bool{} // closed between the two parts, they would come twice
	for _, part := range []struct{ prefix, after string }{{openPrefix, ""}, {donePrefix, doneKey(to, "")}} {
		for after := part.after; ; {
			kept, err := l.Load(part.prefix, after, readAtOnce)
			if err != nil {
				return fmt.Errorf("outbox: %w", err)
			}
			entries, err := read(kept)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if part.prefix == donePrefix && e.Notice.Detected.Before(from) {
					return nil // and so are all that follow
				}
				if open[e.Notice.ID] || !wanted(e) {
					continue
				}
				if part.prefix == openPrefix {
					open[e.Notice.ID] = true
				}
				if !each(e) {
					return nil
				}
			}
			if len(kept) < readAtOnce {
				break
			}
			after = kept[len(kept)-1].Key
		}
	}
	return nil
}

// prune removes closed notices that are older than is kept.
func (b *Outbox) prune(now time.Time) {
	old, err := b.options.Ledger.Load(donePrefix, doneKey(now.Add(-keptDone), ""), prunedAtOnce)
	if err != nil || len(old) == 0 {
		return
	}
	gone := make(map[string][]byte, len(old))
	for _, k := range old {
		gone[k.Key] = nil
	}
	if err := b.options.Ledger.Save(gone); err != nil {
		b.options.Log.Warn("old notices cannot be removed", "error", err)
	}
}
