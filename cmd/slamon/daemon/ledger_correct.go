package daemon

import (
	"fmt"
	"slices"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

func (l *ledger) series(c sla.Claim, p timeline.Period) ([]timeline.Series, error) {
	all := make([]timeline.Series, 0, len(c.Checks))
	for _, id := range c.Checks {
		s, err := l.store.Series(id, p)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Correct keeps a correction. What it changes of closed periods, the claim's window
// and the months of reports, becomes a new version beside the old ones.
func (l *ledger) Correct(c sla.Correction) (sla.Correction, error) {
	cfg := l.config()
	claim, ok := heldOf(cfg, c.Claim)
	if !ok {
		return c, refuse400("there is no claim %q", c.Claim)
	}
	p := claim.Window.Period(c.From)
	if claim.Window.Kind == sla.Rolling {
		p = claim.Window.Period(time.Now())
	}
	if err := l.closeClaims(cfg, time.Now(), claim); err != nil {
		return c, err
	}
	l.closing.Lock()
	defer l.closing.Unlock()
	closed, err := l.frozenIn(&claim.Claim, periodOf(c.From, c.To))
	if err != nil {
		return c, err
	}
	if err := c.Check(len(closed) > 0); err != nil {
		return c, web.Refusal{Err: err}
	}
	if c.From.Before(p.From) || c.To.After(p.To) {
		return c, refuse400("the correction reaches over the window of the claim, %s to %s: make one for each", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	return l.correct(cfg, claim, c, p, closed)
}

// correct keeps a correction that has been checked, with all that follows from it, in
// one transaction.
func (l *ledger) correct(cfg *config.Config, claim heldClaim, c sla.Correction, p timeline.Period, closed []frozenPeriod) (sla.Correction, error) {
	before := l.correctionsOf(claim.ID)
	after := append(slices.Clone(before), c)
	was, err := l.judge(cfg, &claim, p, before)
	if err != nil {
		return c, err
	}
	is, err := l.judge(cfg, &claim, p, after)
	if err != nil {
		return c, err
	}
	if claim.promise != nil && was.nothing {
		return c, refuse400("claim %s: the operations from %s to %s were never counted, or their raw results are gone: they cannot be counted anew", claim.ID, p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	c.ID = fmt.Sprintf("%s-%06d", claim.ID, len(before)+1)
	c.Before, c.After = was.point, is.point
	entry, err := fact(correctionPrefix+c.ID, c)
	if err != nil {
		return c, err
	}
	facts := []store.Fact{entry}
	for _, f := range closed {
		v, err := l.judge(cfg, &claim, f.Period, after)
		if err != nil {
			return c, err
		}
		next, err := nextVersion(&v, f.versions+1, c.Why, c.ID)
		if err != nil {
			return c, err
		}
		facts = append(facts, next)
	}
	if err := l.store.PutAll(facts); err != nil {
		return c, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.corrections[claim.ID] = append(l.corrections[claim.ID], c)
	l.edition.Add(1)
	return c, nil
}
