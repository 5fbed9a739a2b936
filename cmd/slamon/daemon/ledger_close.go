package daemon

import (
	"errors"
	"slices"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

const (
	// settling is how long after its end a period is closed: the last results are on
	// their way, and the first of the next period bounds its last incident.
	settling = time.Hour
	// catchUp is how many periods are closed that ended while no daemon ran: a year of
	// months and one more.
	catchUp = 13
	// closedAtOnce are written in one transaction: each costs a wait for the disk, and
	// at the end of a month every claim has one.
	closedAtOnce = 200
)

// closePeriods freezes what has ended of every claim.
func (l *ledger) closePeriods(now time.Time) error {
	cfg := l.config()
	var errs []error
	for claims := range slices.Chunk(heldClaims(cfg), closedAtOnce) {
		errs = append(errs, l.closeClaims(cfg, now, claims...))
	}
	return errors.Join(errs...)
}

// closeClaims freezes the periods of some claims that have ended and are not frozen.
func (l *ledger) closeClaims(cfg *config.Config, now time.Time, claims ...heldClaim) error {
	l.closing.Lock()
	defer l.closing.Unlock()
	var facts []store.Fact
	var errs []error
	for i := range claims {
		for _, w := range calendars(&claims[i].Claim) {
			ended, err := l.ended(&claims[i].Claim, w, now)
			errs = append(errs, err)
			for _, p := range ended {
				f, err := l.close(cfg, &claims[i], p)
				errs = append(errs, err)
				facts = append(facts, f...)
			}
		}
	}
	return errors.Join(append(errs, l.freeze(facts))...)
}

// freeze writes down what was closed. What could not be is closed at the next look.
func (l *ledger) freeze(facts []store.Fact) error {
	err := l.store.PutAll(facts)
	if err != nil {
		clear(l.closed)
	}
	return err
}

// closeAsked freezes the period that a report is asked for, if it has ended: once a
// figure has been handed out it stays, even where no daemon ran when it closed.
func (l *ledger) closeAsked(cfg *config.Config, c heldClaim, ask web.ReportRequest, now time.Time) error {
	if err := l.closeClaims(cfg, now, c); err != nil {
		return err
	}
	p, err := askedPeriod(c.Claim, ask, now)
	if err != nil || now.Before(p.To.Add(settling)) {
		return nil // a mistake in what is asked is told by who answers
	}
	l.closing.Lock()
	defer l.closing.Unlock()
	if l.closed[frozenKey(&c.Claim, p)] {
		return nil
	}
	known, err := l.store.Scan(frozenKey(&c.Claim, p), 1)
	if err != nil || len(known) > 0 {
		return err
	}
	for _, w := range calendars(&c.Claim) {
		if q := w.Period(p.From); q.From.Equal(p.From) && q.To.Equal(p.To) {
			facts, err := l.close(cfg, &c, p)
			return errors.Join(err, l.freeze(facts))
		}
	}
	return nil
}

// calendars are the windows whose figures are handed out: the claim's own, and the
// calendar months that reports are about.
func calendars(c *sla.Claim) []sla.Window {
	month := sla.Window{Kind: sla.CalendarMonth, Zone: c.Window.Zone}
	switch c.Window.Kind {
	case sla.CalendarMonth:
		return []sla.Window{month}
	case sla.Rolling:
		return []sla.Window{month}
	}
	return []sla.Window{c.Window, month}
}

// ended returns the periods of a calendar that have ended and are not frozen, the
// oldest first: the last one, and those since the last that was frozen.
func (l *ledger) ended(c *sla.Claim, w sla.Window, now time.Time) ([]timeline.Period, error) {
	p := w.Previous(w.Period(now))
	if w.Kind == sla.Fixed {
		p = w.Period(now)
	}
	if p.Length() <= 0 || now.Before(p.To.Add(settling)) {
		return nil, nil
	}
	var open []timeline.Period
	for len(open) < catchUp && p.Length() > 0 {
		key := frozenKey(c, p)
		if l.closed[key] {
			return open, nil
		}
		known, err := l.store.Scan(key, 1)
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			l.closed[key] = true
			return open, nil
		}
		open = slices.Insert(open, 0, p)
		p = w.Previous(p)
	}
	return open[len(open)-min(1, len(open)):], nil
}

// close judges a period for the first time. One from before the first result, or
// outside a fixed window, has nothing to freeze.
func (l *ledger) close(cfg *config.Config, c *heldClaim, p timeline.Period) ([]store.Fact, error) {
	key := frozenKey(&c.Claim, p)
	if own := c.Window.Period(p.From); c.Window.Kind == sla.Fixed && (!p.From.Before(own.To) || !own.From.Before(p.To)) {
		l.closed[key] = true
		return nil, nil
	}
	v, err := l.judge(cfg, c, p, l.correctionsOf(c.ID))
	if err != nil {
		return nil, err
	}
	l.closed[key] = true
	if v.nothing { // there is no figure to hand out
		return nil, nil
	}
	l.log.Info("period closed", "claim", c.ID, "from", p.From, "to", p.To, "verdict", v.answer)
	f, err := nextVersion(&v, 1, "", "")
	return []store.Fact{f}, err
}
