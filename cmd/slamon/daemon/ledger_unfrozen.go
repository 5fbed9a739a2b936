package daemon

import (
	"fmt"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

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
