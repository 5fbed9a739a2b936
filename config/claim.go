package config

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// defaultMinNotice is the lead time that a disclosure sheet promises for
// planned stops (two weeks).
const defaultMinNotice = 14 * 24 * time.Hour

// The limits of a claim.
const (
	maxNotice = 366 * 24 * time.Hour
	maxDays   = 3660 // of a rolling window
	// maxIncidents: who states more than one an hour for a year states nothing.
	maxIncidents = 10_000
	// lowestFigure: a smaller share than half is a slip (0.9995 written with a
	// percent sign), not a claim.
	lowestFigure = 500_000_000
)

func (r *reader) claims(c *Config, s *check.Service, f *serviceFile) []sla.Claim {
	claims := make([]sla.Claim, 0, len(f.Claim))
	for i := range f.Claim {
		if f.Claim[i].Response.set {
			c.Responses = append(c.Responses, r.responseClaim(c, s, &f.Claim[i]))
		} else {
			claims = append(claims, r.claim(c, s, &f.Claim[i]))
		}
	}
	return claims
}

func (r *reader) claim(c *Config, s *check.Service, f *claimFile) sla.Claim {
	id := r.id(f.ID, "claim", &f.table)
	claim := sla.Claim{
		ID:                 sla.ClaimID(id),
		Name:               r.display(f.Name, id),
		Service:            s.ID,
		Availability:       r.availability(f),
		Text:               f.Text.v,
		Checks:             r.claimChecks(s, f),
		Window:             r.window(c, f),
		DegradedDown:       f.DegradedIsDown.v,
		ExcludeMaintenance: f.ExcludeMaintenance.v,
		MinNotice:          r.between(f.MinNotice, "min_notice", 0, maxNotice, defaultMinNotice),
	}
	claim.Kind = r.claimKind(f, id)
	r.combine(&claim, f)
	claim.SitesDown = int(f.SitesDown.v)
	if f.MaxIncidents.ok {
		n := int(r.within(f.MaxIncidents, "max_incidents", 0, maxIncidents, 0))
		claim.MaxIncidents = &n
	}
	r.work(c, &claim, f)
	intervals := map[string]time.Duration{}
	for _, k := range s.Checks {
		intervals[string(k.ID)] = k.Interval
	}
	r.claimRule(&claim, f, intervals)
	if f.AsOf.ok {
		claim.AsOf = f.AsOf.v.Start(claim.Window.Zone)
	}
	return claim
}

func (r *reader) availability(f *claimFile) sla.Figure {
	a := f.Availability
	if !r.required(a.set, &f.table, "availability", `availability = "99.991%"`, "claim %q states no availability, and no response time", f.ID.v) || !a.ok {
		return sla.Figure{}
	}
	if a.v.PPB < lowestFigure {
		remedy := `availability = "99.9%"`
		if a.v.PPB >= 5_000_000 && a.v.PPB <= 10_000_000 { // 0.5% to 1%: a ratio
			remedy = `availability = "` + share(a.v) + `"`
		}
		r.complain(a.at, remedy, "availability %q is less than half of the time: that is hardly a claim", a.v)
	}
	return a.v
}

// claimChecks returns the checks that decide: those that are named, else all of
// class application, else all.
func (r *reader) claimChecks(s *check.Service, f *claimFile) []check.ID {
	var ids, application []check.ID
	var names idSet
	for _, k := range s.Checks {
		if k.ID == "" {
			continue
		}
		ids = append(ids, k.ID)
		names.add(string(k.ID))
		if k.Class == check.Application {
			application = append(application, k.ID)
		}
	}
	if len(f.Checks) == 0 {
		if len(application) > 0 {
			return application
		}
		return ids
	}
	var chosen []check.ID
	taken := map[string]bool{}
	for _, n := range f.Checks {
		if !n.ok || !r.known(n, "service "+quote(string(s.ID))+" has no check", &names) {
			continue
		}
		if taken[n.v] {
			r.complain(n.at, "name it once", "checks names %q twice", n.v)
			continue
		}
		taken[n.v] = true
		chosen = append(chosen, check.ID(n.v))
	}
	return chosen
}

// window reads the period of a claim.
func (r *reader) window(c *Config, f *claimFile) sla.Window {
	w := sla.Window{Zone: c.Zone}
	if !r.required(f.Window != nil, &f.table, "window", `window = { kind = "rolling", days = 30 }`, "claim %q has no window", f.ID.v) {
		return w
	}
	wf := f.Window
	w.Zone = r.zone(wf.Timezone, c.Zone)
	if !r.required(wf.Kind.set, &wf.table, "kind", windowRemedy, "this window has no kind") {
		return w
	}
	w.Kind = sla.WindowKind(r.oneOf(wf.Kind, "kind", "", windowWords()...))
	switch w.Kind {
	case sla.FiscalQuarter, sla.ContractYear:
		r.starts(&w, wf)
	case sla.Fixed:
		r.fixed(&w, wf)
	case sla.Rolling:
		if r.required(wf.Days.set, &wf.table, "days", "days = 30", "a rolling window needs days") {
			w.Length = time.Duration(r.within(wf.Days, "days", 1, maxDays, 1)) * 24 * time.Hour
		}
	}
	if w.Kind != "" {
		r.outOfPlace(wf.From.set && w.Kind != sla.Fixed, wf.From.at, "from", w.Kind)
		r.outOfPlace(wf.To.set && w.Kind != sla.Fixed, wf.To.at, "to", w.Kind)
		r.outOfPlace(wf.Days.set && w.Kind != sla.Rolling, wf.Days.at, "days", w.Kind)
		counted := w.Kind == sla.FiscalQuarter || w.Kind == sla.ContractYear
		r.outOfPlace(wf.Starts != nil && !counted, startsAt(wf), "starts", w.Kind)
	}
	return w
}

func (r *reader) outOfPlace(wrong bool, at place, key string, kind sla.WindowKind) {
	if wrong {
		r.complain(at, "take it out, or choose another kind", "%s has no meaning in a window of kind %q", key, kind)
	}
}

func (r *reader) fixed(w *sla.Window, f *windowFile) {
	from := r.required(f.From.set, &f.table, "from", "from = 2026-10-01", "a fixed window needs from")
	to := r.required(f.To.set, &f.table, "to", "to = 2027-09-30", "a fixed window needs to, its last day")
	if !from || !to || !f.From.ok || !f.To.ok {
		return
	}
	w.From, w.To = f.From.v.day, f.To.v.day
	if f.From.v.timed {
		w.Begin = f.From.v.moment.in(w.Zone)
	}
	if f.To.v.timed {
		w.End = f.To.v.moment.in(w.Zone)
	}
	p := w.Period(time.Time{}) // a fixed window is the same at any time
	if !p.From.Before(p.To) {
		r.complain(f.To.at, "exchange from and to, or correct one", "the window ends on %s, before it begins on %s", shown(f.To.v, w.Zone), shown(f.From.v, w.Zone))
		return
	}
	if p.To.After(p.From.AddDate(0, 0, maxDays+1)) {
		r.complain(f.To.at, "to = "+p.From.AddDate(1, 0, -1).Format(time.DateOnly), "the window is longer than %d days", maxDays)
	}
}

// shown writes a border as people read it.
func shown(b border, zone *time.Location) string {
	if b.timed {
		return b.moment.in(zone).Format(time.RFC3339)
	}
	return day(b.day)
}

// day writes a date as it stands in the file.
func day(d sla.Date) string { return d.Start(time.UTC).Format(time.DateOnly) }
