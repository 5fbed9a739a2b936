package store

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Each decodes up to limit facts whose keys begin with prefix, in order of keys, and
// gives each to take with the rest of its key.
func Each[V any](s *Store, prefix string, limit int, take func(key string, v V)) error {
	facts, err := s.Scan(prefix, limit)
	if err != nil {
		return err
	}
	for _, f := range facts {
		var v V
		if err := json.Unmarshal(f.Value, &v); err != nil {
			return fmt.Errorf("the entry %s of the store cannot be read: %w", f.Key, err)
		}
		take(strings.TrimPrefix(f.Key, prefix), v)
	}
	return nil
}
