package sla

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/timeline"
)

// WindowKind is how the borders of a claim's window are found.
type WindowKind string

// The kinds of window.
const (
	Fixed         WindowKind = "fixed"          // From to To, local dates, both inclusive
	CalendarMonth WindowKind = "calendar_month" // the month that holds now
	Rolling       WindowKind = "rolling"        // the last Days times 24 hours

	CalendarQuarter WindowKind = "calendar_quarter" // from January, April, July or October
	FiscalQuarter   WindowKind = "fiscal_quarter"   // three months, counted from Starts
	ContractYear    WindowKind = "contract_year"    // from one anniversary of Starts to the next
)

// WindowKinds lists every kind, in the order in which they are offered.
var WindowKinds = [...]WindowKind{Fixed, CalendarMonth, CalendarQuarter, FiscalQuarter, ContractYear, Rolling}

// Window is the period that a claim is about, in its own time zone. Days and
// months are calendar arithmetic there: a day of 23 or 25 hours counts as it is.
type Window struct {
	Kind     WindowKind
	From, To Date           // Fixed
	Begin    time.Time      // Fixed: the first instant, instead of From
	End      time.Time      // Fixed: the first instant after the window, instead of To
	Length   time.Duration  // Rolling
	Starts   MonthDay       // FiscalQuarter, ContractYear: where they are counted from
	Zone     *time.Location // never nil
}

// Date is a day of the calendar without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date such as 2020-10-01.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want a day of the calendar, such as 2020-10-01", text)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// ParseBorder reads an instant, or a day of the calendar: its start in the zone, or for
// the last day of a window its end. Errors name the flag or field that holds the text.
func ParseBorder(flag, text string, zone *time.Location, last bool) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.In(zone), nil
	}
	day, err := ParseDate(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %q: want an RFC 3339 time or a day\ntry: %s 2020-10-01 or %s 2020-10-01T00:00:00+09:00", flag, text, flag, flag)
	}
	if last {
		day = day.Next()
	}
	return day.Start(zone), nil
}

// Start returns the first instant of the day in zone. Where the clock changes at
// midnight that is not always 0 o'clock, and 0 o'clock may come twice.
func (d Date) Start(zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	if t.Day() != d.Day { // there is no 0 o'clock; the change begins the day
		_, change := t.ZoneBounds()
		return change
	}
	change, _ := t.ZoneBounds()
	if before := change.Add(-1); !change.IsZero() && before.Day() == d.Day && t.Sub(before) < 24*time.Hour {
		name, offset := before.Zone()
		return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.FixedZone(name, offset)).In(zone)
	}
	return t
}

// Next returns the day after.
func (d Date) Next() Date {
	t := time.Date(d.Year, d.Month, d.Day+1, 12, 0, 0, 0, time.UTC)
	return Date{t.Year(), t.Month(), t.Day()}
}

// fixed prefers instants to dates: a contract that starts at noon has no date
// that says so.
func (w Window) fixed() timeline.Period {
	p := timeline.Period{From: w.Begin.In(w.Zone), To: w.End.In(w.Zone)}
	if w.Begin.IsZero() {
		p.From = w.From.Start(w.Zone)
	}
	if w.End.IsZero() {
		p.To = w.To.Next().Start(w.Zone)
	}
	return p
}

// Period returns the whole window that is in force at now, also where it reaches
// into the future.
func (w Window) Period(now time.Time) timeline.Period {
	switch {
	case w.Kind == Fixed:
		return w.fixed()
	case w.months() > 0:
		return w.recurring(now)
	}
	return timeline.Period{From: now.Add(-w.Length), To: now}
}
