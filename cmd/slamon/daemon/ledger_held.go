package daemon

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// heldClaim is a claim of either sort. Its periods are closed, frozen and corrected by
// the same rules; one on response time is judged as such.
type heldClaim struct {
	sla.Claim
	promise *sla.Promise // nil for a claim on availability
}

func (c *heldClaim) response() sla.ResponseClaim {
	return sla.ResponseClaim{Claim: c.Claim, Promise: *c.promise}
}

func holdsResponse(c sla.ResponseClaim) heldClaim { return heldClaim{c.Claim, &c.Promise} }

// heldClaims are all claims of a configuration.
func heldClaims(cfg *config.Config) []heldClaim {
	all := make([]heldClaim, 0, len(cfg.Claims)+len(cfg.Responses))
	for _, c := range cfg.Claims {
		all = append(all, heldClaim{Claim: c})
	}
	for _, c := range cfg.Responses {
		all = append(all, holdsResponse(c))
	}
	return all
}

func heldOf(cfg *config.Config, id sla.ClaimID) (heldClaim, bool) {
	if c, ok := claimOf(cfg, id); ok {
		return heldClaim{Claim: c}, true
	}
	if c, ok := responseOf(cfg, id); ok {
		return holdsResponse(c), true
	}
	return heldClaim{}, false
}

// finding is what a period came to, as it is handed out.
type finding struct {
	claim   *heldClaim
	period  timeline.Period
	verdict any        // sla.VerdictJSON or sla.ResponseJSON
	point   float64    // availability, or the share of operations in time; 0 where nothing is known
	answer  sla.Answer // for the log
	nothing bool       // there is no figure
}

// judge holds a claim to a period with the corrections given.
func (l *ledger) judge(cfg *config.Config, c *heldClaim, p timeline.Period, corrections []sla.Correction) (finding, error) {
	f := finding{claim: c, period: p}
	if c.promise != nil {
		v, err := l.responses().hold(c.response(), p, ceilMilli(time.Now()), l.exclusions(cfg, c.Service), corrections)
		if err != nil {
			return f, err
		}
		f.verdict, f.answer, f.nothing = v.JSON(), v.Answer, v.Operations == 0 || pruned(cfg, p)
		if !f.nothing {
			f.point = v.Point
		}
		return f, nil
	}
	until := p.To
	if now := time.Now(); now.Before(until) {
		until = now
	}
	series, err := l.series(c.Claim, p)
	if err != nil {
		return f, err
	}
	series, ex := sla.Corrected(series, l.exclusions(cfg, c.Service), corrections)
	v := sla.Hold(c.Claim, p, until, series, ex)
	j := v.JSON()
	j.Incidents = j.Incidents[:min(len(j.Incidents), frozenIncidents)]
	f.verdict, f.answer, f.point = j, v.Answer, v.Availability.Point
	f.nothing = v.Probes.Total == 0 || v.Unknown >= v.Accounted
	return f, nil
}

// pruned reports whether raw results of a period are gone. What is kept of it then are
// stretches and days, from which operations cannot be counted again.
func pruned(cfg *config.Config, p timeline.Period) bool {
	keep := cfg.Storage.Retention
	return keep > 0 && p.From.Before(time.Now().Add(-keep))
}

// responses is what counts operations: the daemon's own where there is one.
func (l *ledger) responses() *responses {
	if l.replies != nil {
		return l.replies
	}
	return newResponses(l.store, l, l.log)
}

// claimsOf are the claims on a service.
func claimsOf(cfg *config.Config, service check.ServiceID) (list []heldClaim) {
	for _, c := range heldClaims(cfg) {
		if c.Service == service {
			list = append(list, c)
		}
	}
	return list
}

func responseOf(cfg *config.Config, id sla.ClaimID) (sla.ResponseClaim, bool) {
	for _, c := range cfg.Responses {
		if c.ID == id {
			return c, true
		}
	}
	return sla.ResponseClaim{}, false
}

func claimOf(cfg *config.Config, id sla.ClaimID) (sla.Claim, bool) {
	for _, c := range cfg.Claims {
		if c.ID == id {
			return c, true
		}
	}
	return sla.Claim{}, false
}
