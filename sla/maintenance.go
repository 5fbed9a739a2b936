package sla

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/slamon/slamon/timeline"
)

// MaintenanceRule is what a claim says of maintenance beside Claim.MinNotice. The
// zero value adds nothing.
type MaintenanceRule struct {
	// BusinessDays is the lead time in business days, instead of Claim.MinNotice:
	// those after the day of the announcement, up to and with the day of the work.
	BusinessDays int
	Holidays     Calendar // for BusinessDays
	// MaxPerMonth and MaxPerYear are how much a calendar month or year may have; what
	// goes beyond stays in the account. Zero for no limit.
	MaxPerMonth, MaxPerYear time.Duration
}

// Ruling is what a claim makes of one announcement.
type Ruling struct {
	Exclusion
	Withdrawn bool // moved by a later announcement: counts for nothing
	Planned   bool
	// Lead is the time from the announcement to the start, zero when that is not known;
	// LeadDays is the same in business days where the claim counts those.
	Lead     time.Duration
	LeadDays int
	Left     timeline.Set  // what of it may be left out
	Capped   time.Duration // what a cap keeps in the account
}

// Maintenance rules on all announcements of the claim's service, in order of time.
// The first to use up a cap is the first in time.
func (c Claim) Maintenance(all []Exclusion) []Ruling {
	moved := map[string]bool{}
	for _, e := range all {
		if e.Replaces != "" {
			moved[e.Replaces] = true
		}
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Exclusion) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To))
	})
	caps := newCaps(c)
	rulings := make([]Ruling, 0, len(sorted))
	var taken time.Time // how far planned work reaches so far: an overlap uses up a cap once
	for _, e := range sorted {
		r := Ruling{Exclusion: e, Withdrawn: e.ID != "" && moved[e.ID]}
		c.lead(&r)
		if r.Planned = !r.Withdrawn && c.early(&r); r.Planned {
			r.Left, r.Capped = caps.take(e.Period, taken)
			if e.To.After(taken) {
				taken = e.To
			}
		}
		rulings = append(rulings, r)
	}
	return rulings
}

// lead measures how far ahead the announcement came.
func (c Claim) lead(r *Ruling) {
	if r.Announced.IsZero() {
		return
	}
	r.Lead = r.From.Sub(r.Announced)
	if c.Work.BusinessDays == 0 {
		return
	}
	zone := c.zone()
	r.LeadDays = c.Work.Holidays.businessDays(DateOf(r.Announced.In(zone)), DateOf(r.From.In(zone)))
}

func (c Claim) zone() *time.Location {
	if c.Window.Zone == nil {
		return time.UTC
	}
	return c.Window.Zone
}

// early reports whether the lead time was kept. What was announced nobody knows
// when is late, unless no lead time is asked for.
func (c Claim) early(r *Ruling) bool {
	if c.Work.BusinessDays > 0 {
		return !r.Announced.IsZero() && r.LeadDays >= c.Work.BusinessDays
	}
	return r.Exclusion.Planned(c.MinNotice)
}

// businessDays counts the business days after the day from, up to and with to.
func (c Calendar) businessDays(from, to Date) int {
	n := 0
	for d := from.Next(); !to.Before(d) && n < maxDays; d = d.Next() {
		if c.Working(d) {
			n++
		}
	}
	return n
}

// caps keeps count of what was left out in each month and year.
type caps struct {
	zone        *time.Location
	month, year time.Duration
	used        map[Date]time.Duration // by the first of the month; of the year with month 0
}

func newCaps(c Claim) *caps {
	return &caps{c.zone(), c.Work.MaxPerMonth, c.Work.MaxPerYear, map[Date]time.Duration{}}
}

// take returns how much of p may be left out, and what the caps keep back. What lies
// before taken overlaps work that began earlier, and was ruled on with that.
func (c *caps) take(p timeline.Period, taken time.Time) (left timeline.Set, capped time.Duration) {
	if c.month == 0 && c.year == 0 {
		return timeline.SetOf(p), 0
	}
	given := p.Cut(timeline.Period{From: p.From, To: taken})
	parts := []timeline.Period{given}
	for _, part := range c.months(timeline.Period{From: given.To, To: p.To}) {
		room := c.room(part)
		if room < part.Length() {
			capped += part.Length() - room
			part.To = part.From.Add(room)
		}
		c.use(part)
		parts = append(parts, part)
	}
	return timeline.SetOf(parts...), capped
}

// months cuts p at the borders of months. Most work lies inside one.
func (c *caps) months(p timeline.Period) []timeline.Period {
	y1, m1, _ := p.From.In(c.zone).Date()
	if y2, m2, _ := p.To.In(c.zone).Date(); y1 == y2 && m1 == m2 {
		return []timeline.Period{p}
	}
	return Months(p, c.zone)
}

func (c *caps) keys(p timeline.Period) (month, year Date) {
	y, m, _ := p.From.In(c.zone).Date()
	return Date{y, m, 1}, Date{Year: y}
}

func (c *caps) room(p timeline.Period) time.Duration {
	month, year := c.keys(p)
	room := p.Length()
	if c.month > 0 {
		room = min(room, c.month-c.used[month])
	}
	if c.year > 0 {
		room = min(room, c.year-c.used[year])
	}
	return max(room, 0)
}

func (c *caps) use(p timeline.Period) {
	month, year := c.keys(p)
	c.used[month] += p.Length()
	c.used[year] += p.Length()
}

// Overrun returns how long the service stayed down past the announced end of the
// work. It counts as downtime like any other: the end was announced too.
func (r Ruling) Overrun(incidents []Incident) time.Duration {
	for _, i := range incidents {
		possible := i.Possible
		if i.FirstBad.Before(r.To) && i.LastBad.After(r.To) && possible.To.After(r.To) {
			return i.LastBad.Sub(r.To)
		}
	}
	return 0
}

// CheckAnnouncement returns what is wrong with an announcement beside the others
// of its service, as a sentence for whoever made it, or nil.
func CheckAnnouncement(e Exclusion, others []Exclusion) error {
	show := func(t time.Time) string { return t.Format(time.RFC3339) }
	switch {
	case !e.From.Before(e.To):
		return fmt.Errorf("this maintenance ends at %s, which is not after it begins", show(e.To))
	case e.Announced.After(e.From):
		return fmt.Errorf("this maintenance was announced at %s, after it began at %s: leave the announcement out, and it is an emergency",
			show(e.Announced), show(e.From))
	}
	moved := map[string]bool{e.Replaces: true}
	for _, o := range others {
		moved[o.Replaces] = true
	}
	for _, o := range others {
		if o.ID != "" && (moved[o.ID] || o.ID == e.ID) {
			continue
		}
		if e.From.Before(o.To) && o.From.Before(e.To) {
			return fmt.Errorf("this maintenance, %s to %s, overlaps the one from %s to %s of the same service",
				show(e.From), show(e.To), show(o.From), show(o.To))
		}
	}
	return nil
}
