package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// frozen is the verdict of a closed period: version 1 as it was when the period
// closed, later ones as corrections left it. None is ever changed.
type frozen struct {
	Version    int             `json:"version"`
	At         time.Time       `json:"at"`
	Correction string          `json:"correction,omitempty"`
	Why        string          `json:"why,omitempty"`
	Verdict    sla.VerdictJSON `json:"verdict"`
}

// frozenIncidents bounds the incidents of a frozen verdict, so that it fits into a
// fact of the store.
const frozenIncidents = 1500

// settling is how long after its end a period is closed: the last results are on
// their way, and the first of the next period bounds its last incident.
const settling = time.Hour

func periodOf(from, to time.Time) timeline.Period { return timeline.Period{From: from, To: to} }

func frozenKey(id sla.ClaimID, p timeline.Period) string {
	return fmt.Sprintf("%s%s/%012d/", frozenPrefix, id, p.From.Unix())
}

// versions returns what is frozen of a claim's period.
func (l *ledger) versions(id sla.ClaimID, p timeline.Period) ([]frozen, error) {
	var list []frozen
	err := eachFact(l.store, frozenKey(id, p), func(_ string, f frozen) { list = append(list, f) })
	return list, err
}

// freeze keeps a verdict as the next version of its period.
func (l *ledger) freeze(v sla.Verdict, version int, why, correction string) error {
	j := v.JSON()
	if len(j.Incidents) > frozenIncidents {
		j.Incidents = j.Incidents[:frozenIncidents]
	}
	f := frozen{Version: version, At: time.Now().UTC(), Correction: correction, Why: why, Verdict: j}
	return l.put(fmt.Sprintf("%s%04d", frozenKey(v.Claim.ID, v.Period), version), f)
}

// closePeriods freezes the last period of every claim once it has ended.
func (l *ledger) closePeriods(now time.Time) error {
	cfg := l.config()
	var errs []error
	for _, c := range cfg.Claims {
		errs = append(errs, l.closePeriod(cfg, c, now))
	}
	return errors.Join(errs...)
}

// closePeriod freezes the last period of a claim that has ended, unless it is frozen.
func (l *ledger) closePeriod(cfg *config.Config, c sla.Claim, now time.Time) error {
	p := c.Window.Previous(c.Window.Period(now))
	if c.Window.Kind == sla.Fixed {
		p = c.Window.Period(now)
	}
	if c.Window.Kind == sla.Rolling || p.Length() <= 0 || now.Before(p.To.Add(settling)) {
		return nil
	}
	key := frozenKey(c.ID, p)
	l.closing.Lock()
	defer l.closing.Unlock()
	if l.closed[key] {
		return nil
	}
	known, err := l.store.Scan(key, 1)
	if err != nil {
		return err
	}
	v, err := sla.Verdict{}, error(nil)
	if len(known) == 0 {
		v, err = l.judge(cfg, c, p, l.correctionsOf(c.ID))
	}
	if err != nil {
		return err
	}
	l.closed[key] = true
	if v.Probes.Total == 0 { // frozen before, or from before the first result
		return nil
	}
	l.log.Info("period closed", "claim", c.ID, "from", p.From, "to", p.To, "verdict", v.Answer)
	return l.freeze(v, 1, "", "")
}

// judge holds a claim to a period with the corrections given.
func (l *ledger) judge(cfg *config.Config, c sla.Claim, p timeline.Period, corrections []sla.Correction) (sla.Verdict, error) {
	until := p.To
	if now := time.Now(); now.Before(until) {
		until = now
	}
	series, err := l.series(c, p)
	if err != nil {
		return sla.Verdict{}, err
	}
	series, ex := sla.Corrected(series, l.exclusions(cfg, c.Service), corrections)
	return sla.Hold(c, p, until, series, ex), nil
}

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

// Correct keeps a correction. What it changes of a closed period becomes a new
// version beside the old ones.
func (l *ledger) Correct(c sla.Correction) (sla.Correction, error) {
	cfg := l.config()
	claim, ok := claimOf(cfg, c.Claim)
	if !ok {
		return c, refuse400("there is no claim %q", c.Claim)
	}
	p := claim.Window.Period(c.From)
	if claim.Window.Kind == sla.Rolling {
		p = claim.Window.Period(time.Now())
	}
	if err := l.closePeriod(cfg, claim, time.Now()); err != nil {
		return c, err
	}
	l.closing.Lock()
	defer l.closing.Unlock()
	old, err := l.versions(claim.ID, p)
	if err != nil {
		return c, err
	}
	if err := c.Check(len(old) > 0); err != nil {
		return c, web.Refusal{Err: err}
	}
	if c.From.Before(p.From) || c.To.After(p.To) {
		return c, refuse400("the correction reaches over the window of the claim, %s to %s: make one for each", p.From.Format(time.RFC3339), p.To.Format(time.RFC3339))
	}
	l.mu.Lock()
	before := l.corrections[claim.ID]
	before = before[:len(before):len(before)]
	l.mu.Unlock()
	was, err := l.judge(cfg, claim, p, before)
	if err != nil {
		return c, err
	}
	is, err := l.judge(cfg, claim, p, append(before, c))
	if err != nil {
		return c, err
	}
	c.ID = fmt.Sprintf("%s-%06d", claim.ID, len(before)+1)
	c.Before, c.After = was.Availability.Point, is.Availability.Point
	if err := l.put(correctionPrefix+c.ID, c); err != nil {
		return c, err
	}
	l.mu.Lock()
	l.corrections[claim.ID] = append(l.corrections[claim.ID], c)
	l.mu.Unlock()
	if len(old) > 0 {
		return c, l.freeze(is, len(old)+1, c.Why, c.ID)
	}
	return c, nil
}

func claimOf(cfg *config.Config, id sla.ClaimID) (sla.Claim, bool) {
	for _, c := range cfg.Claims {
		if c.ID == id {
			return c, true
		}
	}
	return sla.Claim{}, false
}

// reportVersions are frozen verdicts as a report shows them.
func reportVersions(list []frozen) []report.Frozen {
	out := make([]report.Frozen, 0, len(list))
	for _, f := range list {
		out = append(out, report.Frozen{Version: f.Version, At: f.At, Why: f.Why, Availability: f.Verdict.Availability.Point,
			Downtime: f.Verdict.Downtime.Point, Answer: string(f.Verdict.Verdict)})
	}
	return out
}
