package daemon

import (
	"context"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// run learns, a little at a time, until ctx is done.
func (u *usuals) run(ctx context.Context, cfg func() *config.Config) error {
	for {
		for _, id := range u.due(time.Now(), cfg().Zone) {
			begun := time.Now()
			if err := u.learn(id, begun, cfg().Zone); err != nil {
				u.log.Error("usual response times cannot be learned", "check", id, "error", err)
			}
			if !wait(ctx, usualShare*time.Since(begun), nil) {
				return nil
			}
		}
		if !wait(ctx, usualLook, nil) {
			return nil
		}
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

// usualReplay intervals are gone through again after a start, at least.
const usualReplay = 8

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
