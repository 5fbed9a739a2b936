package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// frozen is the verdict of a closed period: version 1 as it was when the period
// closed, later ones as corrections left it. None is ever changed.
type frozen[V any] struct {
	Version    int       `json:"version"`
	At         time.Time `json:"at"`
	Correction string    `json:"correction,omitempty"`
	Why        string    `json:"why,omitempty"`
	Verdict    V         `json:"verdict"` // sla.VerdictJSON or sla.ResponseJSON
}

const (
	// frozenIncidents bounds the incidents of a frozen verdict, so that it fits into a
	// fact of the store.
	frozenIncidents = 1500
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

func periodOf(from, to time.Time) timeline.Period { return timeline.Period{From: from, To: to} }

// frozenKey names a period of a claim: a window by its start, any other, such as a
// month inside a contract year, by both ends.
func frozenKey(c *sla.Claim, p timeline.Period) string {
	if c.Window.Kind != sla.Rolling {
		if w := c.Window.Period(p.From); w.From.Equal(p.From) && w.To.Equal(p.To) {
			return fmt.Sprintf("%s%s/%012d/", frozenPrefix, c.ID, p.From.Unix())
		}
	}
	return fmt.Sprintf("%s%s/%012d-%012d/", frozenPrefix, c.ID, p.From.Unix(), p.To.Unix())
}

// versions returns what is frozen of a claim's period.
func versions[V any](l *ledger, c *sla.Claim, p timeline.Period) ([]frozen[V], error) {
	var list []frozen[V]
	err := eachFact(l.store, frozenKey(c, p), func(_ string, f frozen[V]) { list = append(list, f) })
	return list, err
}

// nextVersion is a verdict as it is kept: the next version of its period.
func nextVersion(v *finding, number int, why, correction string) (store.Fact, error) {
	f := frozen[any]{Version: number, At: time.Now().UTC(), Correction: correction, Why: why, Verdict: v.verdict}
	return fact(fmt.Sprintf("%s%04d", frozenKey(&v.claim.Claim, v.period), number), f)
}

func fact(key string, v any) (store.Fact, error) {
	text, err := json.Marshal(v)
	return store.Fact{Key: key, Value: text}, err
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
	return errors.Join(append(errs, l.store.PutAll(facts))...)
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
			return errors.Join(err, l.store.PutAll(facts))
		}
	}
	return nil
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

// frozenPeriod is a closed period with the number of its versions.
type frozenPeriod struct {
	timeline.Period
	versions int
}

// frozenIn returns the closed periods of a claim that reach into p.
func (l *ledger) frozenIn(c *sla.Claim, p timeline.Period) ([]frozenPeriod, error) {
	var list []frozenPeriod
	for _, w := range calendars(c) {
		for at := w.Period(p.From); at.From.Before(p.To) && p.From.Before(at.To); at = w.Period(at.To) {
			known, err := l.store.Scan(frozenKey(c, at), maxFacts)
			if err != nil {
				return nil, err
			}
			if len(known) > 0 {
				list = append(list, frozenPeriod{at, len(known)})
			}
			if w.Kind == sla.Fixed {
				break
			}
		}
	}
	return list, nil
}

// unfrozen refuses a change of maintenance that would silently give a closed period
// another figure.
func (l *ledger) unfrozen(cfg *config.Config, service check.ServiceID, before, after []sla.Exclusion, p timeline.Period) error {
	for _, held := range claimsOf(cfg, service) {
		c := &held.Claim
		closed, err := l.frozenIn(c, p)
		if err != nil {
			return err
		}
		for _, f := range closed {
			in := timeline.SetOf(f.Period)
			if slices.Equal(c.LeftOut(f.Period, before).Intersect(in), c.LeftOut(f.Period, after).Intersect(in)) {
				continue
			}
			zone := c.Window.Zone
			return web.Refusal{Err: fmt.Errorf("claim %s is closed from %s to %s and its figure is frozen: this would change it without a reason\ntry: slamon correct %s --from %s --to %s --as excluded --why TEXT",
				c.ID, f.From.In(zone).Format(time.DateOnly), f.To.In(zone).Add(-1).Format(time.DateOnly), c.ID, p.From.In(zone).Format(time.RFC3339), p.To.In(zone).Format(time.RFC3339))}
		}
	}
	return nil
}

// reportVersions are frozen verdicts as a report shows them.
func reportVersions(list []frozen[sla.VerdictJSON]) []report.Frozen {
	out := make([]report.Frozen, 0, len(list))
	for _, f := range list {
		out = append(out, report.Frozen{Version: f.Version, At: f.At, Why: f.Why, Availability: f.Verdict.Availability.Point,
			Downtime: f.Verdict.Downtime.Point, Answer: string(f.Verdict.Verdict)})
	}
	return out
}

// responseVersions are those of a claim on response time.
func responseVersions(list []frozen[sla.ResponseJSON]) []report.FrozenResponse {
	out := make([]report.FrozenResponse, 0, len(list))
	for _, f := range list {
		out = append(out, report.FrozenResponse{Version: f.Version, At: f.At, Why: f.Why, Share: f.Verdict.Share.Point, Answer: f.Verdict.Verdict})
	}
	return out
}

// without leaves out the announcement of an id.
func without(all []sla.Exclusion, id string) []sla.Exclusion {
	return slices.DeleteFunc(slices.Clone(all), func(e sla.Exclusion) bool { return e.ID == id })
}

// touchedBy is the time over which an announcement can change figures: its own, and that
// of the one that it moves.
func touchedBy(all []sla.Exclusion, e sla.Exclusion) timeline.Period {
	p := e.Period
	for _, o := range all {
		if e.Replaces != "" && o.ID == e.Replaces {
			if o.From.Before(p.From) {
				p.From = o.From
			}
			if o.To.After(p.To) {
				p.To = o.To
			}
		}
	}
	return p
}
