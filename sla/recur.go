package sla

import (
	"time"

	"github.com/slamon/slamon/timeline"
)

// MonthDay is a day that comes every year.
type MonthDay struct {
	Month time.Month
	Day   int
}

// Valid reports whether the day exists in leap years at least.
func (d MonthDay) Valid() bool {
	return d.Month >= time.January && d.Month <= time.December && d.Day >= 1 && d.Day <= lastDay(2000, d.Month)
}

// lastDay returns the number of days of a month.
func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 12, 0, 0, 0, time.UTC).Day()
}

// months returns how long windows of the kind are; 0 for those that are not made
// of calendar months.
func (w Window) months() int {
	switch w.Kind {
	case CalendarMonth:
		return 1
	case CalendarQuarter, FiscalQuarter:
		return 3
	case ContractYear:
		return 12
	}
	return 0
}

// anchor returns the day that windows are counted from.
func (w Window) anchor() MonthDay {
	if w.Kind == FiscalQuarter || w.Kind == ContractYear {
		return w.Starts
	}
	return MonthDay{time.January, 1}
}

// recurring finds the window that holds now among those that follow each other.
func (w Window) recurring(now time.Time) timeline.Period {
	step, anchor := w.months(), w.anchor()
	y, m, _ := now.In(w.Zone).Date()
	month := y*12 + int(m-anchor.Month)
	month -= (month%step + step) % step
	from := w.border(month)
	if from.After(now) { // the day of the border is still to come
		month -= step
		from = w.border(month)
	}
	return timeline.Period{From: from, To: w.border(month + step)}
}

// border returns the start of the window that begins so many months after the
// anchor's month of the year 0. A day that the month does not have is its last
// one: a contract of 29 February begins anew on the 28th in common years.
func (w Window) border(months int) time.Time {
	anchor := w.anchor()
	first := time.Date(0, anchor.Month+time.Month(months), 1, 12, 0, 0, 0, time.UTC)
	y, m, _ := first.Date()
	return Date{y, m, min(anchor.Day, lastDay(y, m))}.Start(w.Zone)
}

// Previous returns the window before p, which is one of w's. A fixed window has
// none: its zero Period has no length.
func (w Window) Previous(p timeline.Period) timeline.Period {
	switch {
	case w.Kind == Fixed:
		return timeline.Period{}
	case w.months() > 0:
		return w.recurring(p.From.Add(-1))
	}
	return timeline.Period{From: p.From.Add(-w.Length), To: p.From}
}

// maxMonths bounds a breakdown; windows are ten years long at most.
const maxMonths = 1200

// Months cuts p at the borders of calendar months in the zone. The first and the
// last part may be less than a month.
func Months(p timeline.Period, zone *time.Location) []timeline.Period {
	var parts []timeline.Period
	month := Window{Kind: CalendarMonth, Zone: zone}
	for from := p.From; from.Before(p.To) && len(parts) < maxMonths; {
		part := timeline.Period{From: from.In(zone), To: month.recurring(from).To}
		if part.To.After(p.To) {
			part.To = p.To.In(zone)
		}
		parts = append(parts, part)
		from = part.To
	}
	return parts
}
