package daemon

import (
	"maps"
	"slices"

	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/store"
)

// shelf is the store as the outbox sees it.
type shelf struct{ *store.Store }

// Save keeps all values in one transaction.
func (s shelf) Save(values map[string][]byte) error {
	facts := make([]store.Fact, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		facts = append(facts, store.Fact{Key: key, Value: values[key]})
	}
	return s.PutAll(facts)
}

// Load returns values in order of their keys.
func (s shelf) Load(prefix, after string, limit int) ([]notify.Kept, error) {
	facts, err := s.ScanAfter(prefix, after, limit)
	kept := make([]notify.Kept, 0, len(facts))
	for _, f := range facts {
		kept = append(kept, notify.Kept(f))
	}
	return kept, err
}
