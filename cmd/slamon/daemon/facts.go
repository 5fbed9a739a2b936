package daemon

import (
	"fmt"

	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/web"
)

// maxFacts bounds what is read of one kind: a statement a day for a hundred years.
const maxFacts = 36_500

// eachFact decodes all facts of one kind, in order of their keys.
func eachFact[T any](s *store.Store, prefix string, take func(key string, v T)) error {
	return store.Each(s, prefix, maxFacts, take)
}

func refuse400(format string, args ...any) error {
	return web.Refusal{Err: fmt.Errorf(format, args...)}
}
