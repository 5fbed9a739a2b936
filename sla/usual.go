package sla

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

// UsualRule says when a response time is unusual.
type UsualRule struct {
	Weeks  int           // of history that is learned from
	After  time.Duration // more than half of the answers of that long must be unusual; 0 for no warning
	Margin float64       // above the usual high, as a share of it, from which an answer is unusual
}

const (
	// MinUsualWeeks must have answers in an hour of the week before anything is usual
	// in it: two may both be an exception.
	MinUsualWeeks = 3
	// minUsualAnswers of one week make its hour count: a probe every ten minutes.
	minUsualAnswers = 6
	hoursOfWeek     = 7 * 24
	// usualHigh is the share of answers that the usual range takes in.
	usualHigh = .95
)

// Usual is the usual range of a check's response times, by the hour of the week in
// its zone. It is not changed once it was learned.
type Usual struct {
	zone  *time.Location
	hours [hoursOfWeek]usualHour
}

// usualHour is the range of one hour; zero where too little is known.
type usualHour struct{ median, high uint16 } // as ResponseCell

// hourOf returns the hour of the week that t lies in.
func (u *Usual) hourOf(t time.Time) *usualHour {
	t = t.In(u.zone)
	return &u.hours[int(t.Weekday())*24+t.Hour()]
}

// At returns the usual median and the time that 95 of 100 answers usually take at
// most at this hour of the week; ok is false where too little is known.
func (u *Usual) At(t time.Time) (median, high time.Duration, ok bool) {
	if u == nil {
		return 0, 0, false
	}
	h := u.hourOf(t)
	return CellMiddle(h.median), CellMiddle(h.high), h.high > 0
}

// Known returns how many hours of the week have a range.
func (u *Usual) Known() int {
	n := 0
	for i := range u.hours {
		if u.hours[i].high > 0 {
			n++
		}
	}
	return n
}

// UsualPeriod returns the borders of what is learned from at now: whole days of the
// zone, so that each hour of the week is there equally often.
func (r UsualRule) UsualPeriod(now time.Time, zone *time.Location) (from, to time.Time) {
	today := DateOf(now.In(zone))
	first := today.noon().AddDate(0, 0, -7*r.Weeks)
	return DateOf(first).Start(zone), today.Start(zone)
}

// UsualLearner learns a usual range from the results of some weeks, in order. Of each
// week it takes the median and the 95th percentile of every hour, and of the weeks the
// lower median of those: of four weeks one may be out of the ordinary, or two, and the
// range stays.
type UsualLearner struct {
	zone     *time.Location
	weeks    [hoursOfWeek][]usualHour
	from, to time.Time // of the hour that is collected
	cells    []uint16
}

// NewUsualLearner begins to learn.
func NewUsualLearner(zone *time.Location) *UsualLearner { return &UsualLearner{zone: zone} }

// Add takes one result of the base grid. Failed and unknown ones took no time that
// anybody could get used to.
func (l *UsualLearner) Add(sent time.Time, s check.State, took time.Duration) {
	if !s.Good() || took <= 0 {
		return
	}
	if sent.Before(l.from) || !sent.Before(l.to) {
		l.close()
		local := sent.In(l.zone)
		l.from = sent.Add(-time.Duration(local.Minute())*time.Minute - time.Duration(local.Second())*time.Second - time.Duration(local.Nanosecond()))
		l.to = l.from.Add(time.Hour)
	}
	l.cells = append(l.cells, ResponseCell(took))
}

// close ends the hour that is collected.
func (l *UsualLearner) close() {
	if len(l.cells) >= minUsualAnswers {
		slices.Sort(l.cells)
		n := len(l.cells)
		local := l.from.In(l.zone)
		hour := int(local.Weekday())*24 + local.Hour()
		l.weeks[hour] = append(l.weeks[hour], usualHour{l.cells[(n-1)/2], l.cells[rankOf(usualHigh, n)]})
	}
	l.cells = l.cells[:0]
}

// rankOf returns the index of a share in a sorted list.
func rankOf(share float64, n int) int { return min(n-1, int(share*float64(n))) }

// Usual returns what was learned; nil when no hour of the week has enough.
func (l *UsualLearner) Usual() *Usual {
	l.close()
	u := &Usual{zone: l.zone}
	for i, weeks := range l.weeks {
		if len(weeks) < MinUsualWeeks {
			continue
		}
		u.hours[i] = usualHour{lowerMedian(weeks, func(h usualHour) uint16 { return h.median }), lowerMedian(weeks, func(h usualHour) uint16 { return h.high })}
	}
	if u.Known() == 0 {
		return nil
	}
	return u
}

func lowerMedian(weeks []usualHour, of func(usualHour) uint16) uint16 {
	list := make([]uint16, len(weeks))
	for i, w := range weeks {
		list[i] = of(w)
	}
	slices.Sort(list)
	return list[(len(list)-1)/2]
}
