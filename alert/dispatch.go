package alert

import (
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// Cadence is how often a report goes out.
type Cadence string

// The cadences.
const (
	Daily   Cadence = "day"
	Weekly  Cadence = "week"
	Monthly Cadence = "month"
)

// Dispatch says which reports go out when, and over which channels.
type Dispatch struct {
	ID      string
	Every   Cadence
	At      time.Duration // of the day on which the period has ended, since midnight, by the clock
	Weekday time.Weekday  // Weekly: on which a week begins, and the report on the last one goes out

	Claims           []sla.ClaimID // none stands for all
	Formats          []string      // of the files that go along: "html", "text", "csv", "json"; none for none
	OnlyWhenBreached bool
	Window           time.Duration // within which somebody must have accepted it
	Channels         []Channel
	Fallback         []Channel
}

// Dispatched is what a notice says of the report that it stands for. The report is
// made anew for every attempt, from what is stored.
type Dispatched struct {
	ID     string          `json:"id"`
	Period timeline.Period `json:"period"`
	Zone   string          `json:"zone"`
	Claims []sla.ClaimID   `json:"claims"`
}

// Last returns the newest period whose report is due at now, by the calendar of the
// zone: a day, a week or a month that has ended, and At of the next one has come.
func (d Dispatch) Last(now time.Time, zone *time.Location) timeline.Period {
	today := sla.DateOf(now.In(zone))
	begin := d.begin(today)
	if now.Before(d.due(begin, zone)) {
		begin = d.begin(before(begin))
	}
	first := d.begin(before(begin))
	return timeline.Period{From: first.Start(zone), To: begin.Start(zone)}
}

// Next returns the period that follows one.
func (d Dispatch) Next(p timeline.Period, zone *time.Location) timeline.Period {
	from := sla.DateOf(p.To.In(zone))
	return timeline.Period{From: from.Start(zone), To: d.after(from).Start(zone)}
}

// Due returns when the report on a period goes out.
func (d Dispatch) Due(p timeline.Period, zone *time.Location) time.Time {
	return d.due(sla.DateOf(p.To.In(zone)), zone)
}

// begin returns the first day of the period that holds a day.
func (d Dispatch) begin(day sla.Date) sla.Date {
	switch d.Every {
	case Monthly:
		day.Day = 1
	case Weekly:
		noon := time.Date(day.Year, day.Month, day.Day, 12, 0, 0, 0, time.UTC)
		return sla.DateOf(noon.AddDate(0, 0, -int(noon.Weekday()-d.Weekday+7)%7))
	}
	return day
}

// after returns the first day of the period that follows the one that begins on day.
func (d Dispatch) after(day sla.Date) sla.Date {
	noon := time.Date(day.Year, day.Month, day.Day, 12, 0, 0, 0, time.UTC)
	switch d.Every {
	case Monthly:
		return sla.DateOf(noon.AddDate(0, 1, 0))
	case Weekly:
		return sla.DateOf(noon.AddDate(0, 0, 7))
	}
	return day.Next()
}

// due returns when the report goes out on a day. Where the clock was put forward over
// that time it is the moment after the change, as time.Date has it.
func (d Dispatch) due(day sla.Date, zone *time.Location) time.Time {
	return time.Date(day.Year, day.Month, day.Day, 0, int(d.At/time.Minute), 0, 0, zone)
}

func before(day sla.Date) sla.Date {
	return sla.DateOf(time.Date(day.Year, day.Month, day.Day-1, 12, 0, 0, 0, time.UTC))
}
