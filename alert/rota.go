package alert

import (
	"time"

	"github.com/slamon/slamon/timeline"
)

// Rota says who is on duty: whom a calendar names for the moment, or, where it names
// nobody, the members in turn. Members[0] is on duty from Start for Every, then the
// next. Turns go by the clock of the zone: who hands over at 9:00 on Mondays does so
// also when the night before had 23 or 25 hours.
type Rota struct {
	Start   time.Time
	Every   time.Duration  // by the clock
	Zone    *time.Location // UTC when nil
	Members [][]Channel
	Shifts  []Shift // of the calendar
}

// Shift is a time for which a calendar names who is on duty. Of shifts that overlap
// all are.
type Shift struct {
	timeline.Period
	Channels []Channel
}

// On returns who is on duty at t.
func (r Rota) On(t time.Time) []Channel {
	var on []Channel
	for _, s := range r.Shifts {
		if !t.Before(s.From) && t.Before(s.To) {
			on = union(on, s.Channels)
		}
	}
	if len(on) > 0 || len(r.Members) == 0 || r.Every <= 0 {
		return on
	}
	n := int64(len(r.Members))
	return r.Members[(r.turn(t)%n+n)%n]
}

// turn returns how many hand-overs lie between the start and t; negative before it.
// The clock's readings give it but for a change of the clock in between.
func (r Rota) turn(t time.Time) int64 {
	passed := shown(t.In(r.zone())).Sub(shown(r.Start.In(r.zone())))
	k := int64(passed / r.Every)
	for t.Before(r.handover(k)) {
		k--
	}
	for !t.Before(r.handover(k + 1)) {
		k++
	}
	return k
}

// handover returns when turn k begins: the first time that the clock shows it.
func (r Rota) handover(k int64) time.Time {
	y, m, d := r.Start.In(r.zone()).Date()
	clock := shown(r.Start.In(r.zone())).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
	days, rest := k*int64(r.Every/(24*time.Hour)), time.Duration(k)*(r.Every%(24*time.Hour))+clock
	return firstOf(time.Date(y, m, d+int(days), 0, 0, int(rest/time.Second), int(rest%time.Second), r.zone()))
}

// firstOf returns the earlier of two moments at which the clock shows the same, where
// it was put back in between. time.Date may return either.
func firstOf(t time.Time) time.Time {
	change, _ := t.ZoneBounds()
	if change.IsZero() {
		return t
	}
	_, old := change.Add(-1).Zone()
	_, own := t.Zone()
	if earlier := t.Add(time.Duration(own-old) * time.Second); earlier.Before(change) && old > own {
		return earlier
	}
	return t
}

func (r Rota) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

// shown is what the clock shows, as if it were UTC: differences of readings know no
// change of the clock.
func shown(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
