package store

import (
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// Options choose how a store works. The zero value is ready.
type Options struct {
	Site      string        // of results that name none
	Retention time.Duration // of raw results, days and evidence; 400 days when zero, never below 90
	MaxSize   int64         // bytes that the file never outgrows; 0 for no limit
	NoSync    bool          // do not wait for the disk: for tests and demonstrations only
	// FlushEvery is the pause between commits, 500 ms when zero: a crash loses less
	// than this and the time of one commit.
	FlushEvery time.Duration
	// Committed is called by the writer with results that have just become durable,
	// in order. It must not keep the slice, nor call Sync or Close.
	Committed func([]check.Result)
	// ReadingsCommitted is the same for readings of devices; it must not keep the list.
	ReadingsCommitted func([]device.Reading)
	Log               *slog.Logger
}

const (
	defaultRetention = 400 * 24 * time.Hour // a contract year and the month to argue about it
	leastRetention   = 90 * 24 * time.Hour
	defaultFlush     = 500 * time.Millisecond
)

func (o Options) withDefaults() Options {
	if o.Retention <= 0 {
		o.Retention = defaultRetention
	}
	o.Retention = max(o.Retention, leastRetention)
	if o.FlushEvery <= 0 {
		o.FlushEvery = defaultFlush
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Store is an open store. All methods are safe for concurrent use.
type Store struct {
	path     string
	db       *bbolt.DB
	file     *os.File // the one that db has open
	pageSize int
	options  Options
	log      *slog.Logger
	broken   atomic.Pointer[error] // set for good after a panic in a write transaction
	readOnly bool                  // see OpenReadOnly

	// writing makes its holder the one writer: of the log, of the histories, and of
	// the fields below it. It is taken before mu and queue.mu, never after.
	writing sync.Mutex
	closed  bool
	batch   []item   // taken from the queue, not yet durable
	records []record // scratch
	encoded []byte   // scratch
	drafts  map[*history]*draft
	pass    pass
	sweep   sweep
	rest    time.Time         // no housekeeping before
	sites   map[string]uint32 // by name; numbers begin with 0
	told    []check.Result    // scratch
	// sitesNamed is how many sites have their number on disk.
	sitesNamed int

	queue queue

	readings readings // has locks of its own

	// moving is held while a checkpoint moves days to the disk, and to read them: what is
	// there already and still in memory would count twice. It is taken before mu.
	moving sync.RWMutex

	mu        sync.RWMutex // protects what follows
	byID      map[check.ID]*history
	histories []*history // by number − 1
	siteNames []string   // by number
	sequence  uint64     // of the newest batch in the log
	ordinal   uint64     // results that ever became durable
	high      int64      // newest Sent of the newest batch, Unix milliseconds
	stats     Stats
}

// Checks returns every check that has history, removed ones too, sorted.
func (s *Store) Checks() ([]check.ID, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := make([]check.ID, 0, len(s.byID))
	for id, h := range s.byID {
		if !h.latest.Sent.IsZero() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Latest returns the newest durable result of a check. After a restart it has the
// accuracy of a raw result and no detail.
func (s *Store) Latest(id check.ID) (check.Result, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	h := s.byID[id]
	if h == nil || h.latest.Sent.IsZero() {
		return check.Result{}, false
	}
	return h.latest, true
}
