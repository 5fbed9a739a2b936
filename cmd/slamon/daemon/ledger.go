package daemon

import (
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
)

// The keys of what people state. Each fact is an entry of its own: nothing is
// overwritten but by a person.
const (
	maintenancePrefix = "maintenance/"
	causePrefix       = "cause/"
	correctionPrefix  = "correction/"
	frozenPrefix      = "frozen/"
)

// ledger is what people stated, beside what was measured: maintenance, causes and
// corrections, kept as facts of the store, and what watched files say.
type ledger struct {
	store   *store.Store
	config  func() *config.Config
	version string // of the program, as reports name it
	log     *slog.Logger

	replies *responses // that counts response times; nil where no daemon runs
	places  elsewhere  // what other places saw; nil for nothing

	edition  atomic.Uint64 // grows with all that people and files state
	assigned atomic.Uint64 // grows with every cause that somebody confirms

	closing sync.Mutex      // one change of frozen periods at a time; guards closed
	closed  map[string]bool // periods that need no more looking at

	mu            sync.Mutex // guards what follows
	announcements map[string]announced
	causes        map[string]sla.Cause
	corrections   map[sla.ClaimID][]sla.Correction
	files         map[config.WatchedFile]*sourceFile
	// stated is what announcements and files say, by service: boards ask for it again
	// and again. Each list is replaced and never changed.
	stated map[check.ServiceID][]sla.Exclusion
}

// openLedger reads what was stated before.
func openLedger(s *store.Store, cfg func() *config.Config, version string, log *slog.Logger) (*ledger, error) {
	l := &ledger{store: s, config: cfg, version: version, log: log, closed: map[string]bool{},
		announcements: map[string]announced{}, causes: map[string]sla.Cause{},
		corrections: map[sla.ClaimID][]sla.Correction{}, files: map[config.WatchedFile]*sourceFile{}}
	err := errors.Join(
		eachFact(s, maintenancePrefix, func(key string, a announced) { l.announcements[key] = a }),
		eachFact(s, causePrefix, func(key string, c sla.Cause) { l.causes[key] = c }),
		eachFact(s, correctionPrefix, func(_ string, c sla.Correction) { l.corrections[c.Claim] = append(l.corrections[c.Claim], c) }),
	)
	l.gather()
	return l, err
}

// put keeps one entry, durably.
func (l *ledger) put(key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.store.PutAll([]store.Fact{{Key: key, Value: text}})
}

// exclusions returns the maintenance of a service from all sources, in order of time.
func (l *ledger) exclusions(cfg *config.Config, id check.ServiceID) []sla.Exclusion {
	all := cfg.Exclusions(id)
	l.mu.Lock()
	stated := l.stated[id]
	l.mu.Unlock()
	all = append(all, stated...) // all was made for this call
	slices.SortStableFunc(all, func(a, b sla.Exclusion) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// gather makes stated anew; the caller holds mu.
func (l *ledger) gather() {
	l.edition.Add(1)
	l.stated = map[check.ServiceID][]sla.Exclusion{}
	for _, a := range l.announcements {
		if a.Removed.IsZero() {
			l.stated[a.Service] = append(l.stated[a.Service], a.exclusion())
		}
	}
	for f, kept := range l.files {
		l.stated[f.Service] = append(l.stated[f.Service], kept.exclusions...)
	}
}

func (l *ledger) correctionsOf(id sla.ClaimID) []sla.Correction {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.corrections[id])
}
