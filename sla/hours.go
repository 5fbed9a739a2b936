package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/timeline"
)

// Calendar is a set of days that are not working days although they fall on one:
// holidays. The zero value has none.
type Calendar map[Date]string // to the holiday's name

// Working reports whether d is a business day: Monday to Friday, and no holiday.
func (c Calendar) Working(d Date) bool {
	switch d.weekday() {
	case time.Saturday, time.Sunday:
		return false
	}
	_, holiday := c[d]
	return !holiday
}

// DateOf returns the day of the calendar on which t falls in t's zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

func (d Date) noon() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

func (d Date) weekday() time.Weekday { return d.noon().Weekday() }

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.noon().Before(e.noon()) }

// Hours is the weekly rule of the time in which a service is promised at all,
// such as "Mo-Fr 08:00-18:00". Holidays are closed.
type Hours struct {
	Rule     string // as it was written
	Zone     *time.Location
	Holidays Calendar
	weekly   [7][]opening // by time.Weekday
}

// opening is a piece of a day in minutes from its start by the clock; to may lie
// in the next day.
type opening struct{ from, to int }

const dayMinutes = 24 * 60

// weekdays are the names of days as in opening hours, Monday first.
var weekdays = [...]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}

// ParseHours reads a weekly rule: days and times, parted by semicolons, as in
// "Mo-Fr 08:00-18:00; Sa 09:00-12:00". Several days or times are parted by commas.
// A time that ends at or before its beginning reaches into the next day.
func ParseHours(rule string, zone *time.Location, holidays Calendar) (*Hours, error) {
	h := &Hours{Rule: rule, Zone: zone, Holidays: holidays}
	for part := range strings.SplitSeq(rule, ";") {
		if err := h.add(strings.TrimSpace(part)); err != nil {
			return nil, fmt.Errorf("service hours %q: %w", rule, err)
		}
	}
	return h, nil
}

func (h *Hours) add(part string) error {
	names, times, ok := strings.Cut(part, " ")
	if !ok {
		return fmt.Errorf("%q: want days and times, such as \"Mo-Fr 08:00-18:00\"", part)
	}
	days, err := parseDays(names)
	if err != nil {
		return err
	}
	for text := range strings.SplitSeq(times, ",") {
		o, err := parseOpening(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		for _, d := range days {
			h.weekly[d] = append(h.weekly[d], o)
		}
	}
	return nil
}

func parseDays(text string) ([]time.Weekday, error) {
	var days []time.Weekday
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, to := slices.Index(weekdays[:], first), slices.Index(weekdays[:], last)
		if !isRange {
			to = from
		}
		if from < 0 || to < 0 {
			return nil, fmt.Errorf("%q: want days such as Mo-Fr, out of Mo, Tu, We, Th, Fr, Sa and Su", part)
		}
		for i := from; ; i = (i + 1) % 7 { // Sa-Mo goes over the end of the week
			days = append(days, time.Weekday((i+1)%7))
			if i == to {
				break
			}
		}
	}
	return days, nil
}

func parseOpening(text string) (opening, error) {
	var h1, m1, h2, m2 int
	if n, err := fmt.Sscanf(text, "%02d:%02d-%02d:%02d", &h1, &m1, &h2, &m2); n != 4 || err != nil || len(text) != len("08:00-18:00") ||
		min(h1, m1, h2, m2) < 0 || max(m1, m2) > 59 || h1 > 23 || h2*60+m2 > dayMinutes {
		return opening{}, fmt.Errorf("%q: want times such as 08:00-18:00, between 00:00 and 24:00", text)
	}
	o := opening{h1*60 + m1, h2*60 + m2}
	if o.to <= o.from {
		o.to += dayMinutes
	}
	return o, nil
}

// Equal reports whether both promise the same hours, apart from holidays.
func (h *Hours) Equal(o *Hours) bool {
	return h == o || h != nil && o != nil && h.Zone.String() == o.Zone.String() && h.Rule == o.Rule
}

// maxDays bounds how far a rule is worked out; no window is longer.
const maxDays = 3700

// Open returns the service hours inside p. Days of a change of the clock are as
// long as they are: an opening from 00:00 to 24:00 has 23 or 25 hours then.
func (h *Hours) Open(p timeline.Period) timeline.Set {
	var open []timeline.Period
	day := DateOf(p.From.In(h.Zone).AddDate(0, 0, -1)) // its openings may reach into p
	for range maxDays {
		if !day.Start(h.Zone).Before(p.To) {
			break
		}
		if _, holiday := h.Holidays[day]; !holiday {
			for _, o := range h.weekly[day.weekday()] {
				open = append(open, p.Cut(timeline.Period{From: day.at(o.from, h.Zone), To: day.at(o.to, h.Zone)}))
			}
		}
		day = day.Next()
	}
	return timeline.SetOf(open...)
}

// Closed returns the rest of p.
func (h *Hours) Closed(p timeline.Period) timeline.Set {
	return timeline.SetOf(p).Minus(h.Open(p))
}

// at returns the moment at which clocks show so many minutes after midnight. A
// reading that the change of the clock leaves out is the moment of the change.
func (d Date) at(minutes int, zone *time.Location) time.Time {
	for minutes >= dayMinutes {
		d, minutes = d.Next(), minutes-dayMinutes
	}
	if minutes == 0 {
		return d.Start(zone)
	}
	t := time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, zone)
	if h, m, _ := t.Clock(); h*60+m == minutes {
		return t
	}
	if start, _ := t.ZoneBounds(); !start.IsZero() && t.Sub(start) < 24*time.Hour && !t.Before(start) {
		return start
	}
	_, end := t.ZoneBounds()
	return end
}
