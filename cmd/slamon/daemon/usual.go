package daemon

import (
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
)

const (
	// usualKey holds which checks were outside their usual range, and since when, so
	// that a restart does not tell people of a recovery.
	usualKey = "usual/raised"
	// usualShare is the largest share of time that is spent on learning: four weeks of a
	// check that asks every 10 s are some 60 ms, of 10,000 checks every 5 minutes a
	// minute or two, once a day.
	usualShare = 10
	// usualLook is how often it is looked whether there is something to learn.
	usualLook = time.Minute
)

// usuals learn what response times are usual for each check, and watch whether answers
// leave that. It is in memory only: 1 KB of a check that asks every five minutes and
// 1.6 KB of one that asks every ten seconds (10 and 16 MB of 10,000; see
// BenchmarkUsualMemory), learned anew from raw results after a start and then once a day.
type usuals struct {
	history responseHistory
	keep    func(key string, value []byte) error
	log     *slog.Logger

	mu     sync.Mutex // guards what follows
	checks map[check.ID]*usual
	rule   sla.UsualRule
	raised map[check.ID]time.Time // from before a restart, until a check is known
	saved  []byte
}

type usual struct {
	interval time.Duration
	learned  time.Time // until when history was learned from
	value    *sla.Usual
	drift    sla.Drift
}

// openUsuals remembers what was unusual before.
func openUsuals(h responseHistory, s *store.Store, log *slog.Logger, now time.Time) *usuals {
	u := &usuals{history: h, keep: s.Put, log: log, checks: map[check.ID]*usual{}, raised: map[check.ID]time.Time{}}
	kept, err := s.Get(usualKey)
	if err == nil && len(kept) > 0 {
		err = json.Unmarshal(kept, &u.raised)
	}
	if err != nil {
		log.Error("what response times were unusual cannot be read", "error", err)
	}
	u.saved = kept
	return u
}

// take puts a configuration into force: checks that are gone are forgotten.
func (u *usuals) take(cfg *config.Config, checks map[check.ID]check.Check, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.rule = cfg.Usual
	for id := range u.checks {
		if c, ok := checks[id]; !ok || c.Paused {
			delete(u.checks, id)
		}
	}
	for id, c := range checks {
		if _, silent := c.Params.(check.Heartbeat); silent || c.Paused {
			continue
		}
		known := u.checks[id]
		if known == nil {
			known = &usual{}
			if since, ok := u.raised[id]; ok {
				known.drift.Resume(since, now)
			}
			u.checks[id] = known
		}
		known.interval = c.Interval
	}
	u.raised = map[check.ID]time.Time{}
}

// observe takes durable results.
func (u *usuals) observe(results []check.Result) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range results {
		if r := &results[i]; r.Base && r.State.Good() {
			if known := u.checks[r.Check]; known != nil && known.value != nil {
				known.drift.Add(u.rule, known.value, known.interval, r.Sent, r.Took)
			}
		}
	}
}

// state judges one check for a board.
func (u *usuals) state(id check.ID, now time.Time) status.Usual {
	u.mu.Lock()
	defer u.mu.Unlock()
	known := u.checks[id]
	if known == nil {
		return status.Usual{}
	}
	if known.drift.Judge(u.rule, now) {
		u.log.Info("response time", "check", id, "unusual", known.drift.Raised)
	}
	out := status.Usual{Range: known.value, Unusual: known.drift.Raised, Since: known.drift.Since, Rule: u.rule}
	out.Median, out.High, _ = known.value.At(now)
	out.Recent = known.drift.Recent(out.High)
	return out
}

// save keeps what is unusual when that has changed.
func (u *usuals) save() {
	u.mu.Lock()
	raised := map[check.ID]time.Time{}
	for id, known := range u.checks {
		if known.drift.Raised {
			raised[id] = known.drift.Since
		}
	}
	text, err := json.Marshal(raised) // in order of the names
	changed := err == nil && string(text) != string(u.saved) && (len(raised) > 0 || len(u.saved) > 0)
	u.mu.Unlock()
	if changed {
		err = u.keep(usualKey, text)
	}
	if err != nil {
		u.log.Error("what response times are unusual cannot be kept", "error", err)
		return
	}
	if changed {
		u.mu.Lock()
		u.saved = text
		u.mu.Unlock()
	}
}
