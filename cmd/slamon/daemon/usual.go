package daemon

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
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
// leave that. It is in memory only: some 700 bytes of a check, learned anew from raw
// results after a start and then once a day.
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

// run learns, a little at a time, until ctx is done.
func (u *usuals) run(ctx context.Context, cfg func() *config.Config) error {
	for {
		for _, id := range u.due(time.Now(), cfg().Zone) {
			begun := time.Now()
			if err := u.learn(id, begun, cfg().Zone); err != nil {
				u.log.Error("usual response times cannot be learned", "check", id, "error", err)
			}
			if !pause(ctx, usualShare*time.Since(begun)) {
				return nil
			}
		}
		if !pause(ctx, usualLook) {
			return nil
		}
	}
}

// pause waits; false when ctx is done.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// due lists the checks for which a day has ended that nothing was learned from.
func (u *usuals) due(now time.Time, zone *time.Location) []check.ID {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, to := u.rule.UsualPeriod(now.Add(-pieceSettled), zone)
	var ids []check.ID
	for id, known := range u.checks {
		if !known.learned.Equal(to) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// learn reads the last weeks of one check. The first time it goes through the latest
// answers too, so that a start does not blind it.
func (u *usuals) learn(id check.ID, now time.Time, zone *time.Location) error {
	u.mu.Lock()
	rule, known := u.rule, u.checks[id]
	if known == nil {
		u.mu.Unlock()
		return nil // taken out of the file meanwhile
	}
	first, interval := known.learned.IsZero(), known.interval
	u.mu.Unlock()
	from, to := rule.UsualPeriod(now.Add(-pieceSettled), zone)
	value, err := u.read(id, timeline.Period{From: from, To: to}, zone)
	if err != nil {
		return err
	}
	var late []check.Result
	if first && value != nil {
		late, err = u.late(id, now, max(rule.After, usualReplay*interval))
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	known.value, known.learned = value, to
	for _, r := range late {
		known.drift.Add(rule, value, known.interval, r.Sent, r.Took)
	}
	return err
}

// usualReplay intervals are gone through again after a start, at least.
const usualReplay = 8

func (u *usuals) read(id check.ID, p timeline.Period, zone *time.Location) (*sla.Usual, error) {
	l := sla.NewUsualLearner(zone)
	for r, err := range u.history.Results(id, p) {
		if err != nil {
			return nil, err
		}
		if r.Base {
			l.Add(r.Sent, r.State, r.Took)
		}
	}
	return l.Usual(), nil
}

func (u *usuals) late(id check.ID, now time.Time, back time.Duration) ([]check.Result, error) {
	var list []check.Result
	for r, err := range u.history.Results(id, timeline.Period{From: now.Add(-back), To: now}) {
		if err != nil {
			return nil, err
		}
		if r.Base && r.State.Good() {
			list = append(list, r)
		}
	}
	return list, nil
}
