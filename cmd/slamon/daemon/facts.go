package daemon

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/web"
)

// maxFacts bounds what is read of one kind: a statement a day for a hundred years.
const maxFacts = 36_500

// eachFact decodes all facts of one kind, in order of their keys.
func eachFact[T any](s *store.Store, prefix string, take func(key string, v T)) error {
	facts, err := s.Scan(prefix, maxFacts)
	if err != nil {
		return err
	}
	for _, f := range facts {
		var v T
		if err := json.Unmarshal(f.Value, &v); err != nil {
			return fmt.Errorf("the entry %s of the store cannot be read: %w", f.Key, err)
		}
		take(strings.TrimPrefix(f.Key, prefix), v)
	}
	return nil
}

func refuse400(format string, args ...any) error {
	return web.Refusal{Err: fmt.Errorf(format, args...)}
}
