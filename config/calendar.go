package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

const (
	// maxCalendar bounds an iCalendar file: ten years of weekly work with long texts
	// need a tenth of it.
	maxCalendar = 4 << 20
	// maxOccurrences bounds what the events of a file expand to, whatever a
	// recurrence rule says ("every second").
	maxOccurrences = 10_000
	// The years that events can lie in: recurrences are counted from the first one.
	firstYear, lastYear = 1970, 2200
	// announcedProperty says in an event when the vendor told its users.
	announcedProperty = "X-SLAMON-ANNOUNCED"
)

// Horizon is the time in which the events of calendars are looked for: as far as a
// claim can look back, and two years ahead.
func Horizon(now time.Time) timeline.Period {
	return timeline.Period{From: now.AddDate(-11, 0, 0), To: now.AddDate(2, 0, 0)}
}

// ReadCalendarFile reads an iCalendar file (RFC 5545) as maintenance.
func ReadCalendarFile(path string, zone *time.Location, within timeline.Period) ([]sla.Exclusion, error) {
	data, err := readCalendar(path)
	if err != nil {
		return nil, err
	}
	return ParseCalendar(path, data, zone, within)
}

// ReadHolidays reads an iCalendar file of holidays: every day of each of its events.
func ReadHolidays(path string, zone *time.Location, within timeline.Period) (sla.Calendar, error) {
	data, err := readCalendar(path)
	if err != nil {
		return nil, err
	}
	events, err := ParseCalendar(path, data, zone, within)
	if err != nil {
		return nil, err
	}
	days := sla.Calendar{}
	for _, e := range events {
		for d := sla.DateOf(e.From.In(zone)); d.Start(zone).Before(e.To); d = d.Next() {
			days[d] = e.Note
		}
	}
	return days, nil
}

func readCalendar(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxCalendar+1))
	if err == nil && len(data) > maxCalendar {
		err = fmt.Errorf("%s: more than %s, which no calendar of maintenance is", path, FormatSize(maxCalendar))
	}
	return data, err
}

// ParseCalendar reads the events of an iCalendar object that touch the period, in
// order of time. Times without a zone are in zone; days are whole days there. An
// event counts as announced when X-SLAMON-ANNOUNCED says so, else when it was
// created, or last changed if it was changed: a moved window is a new announcement.
// Cancelled events are left out. The name is for complaints.
func ParseCalendar(name string, data []byte, zone *time.Location, within timeline.Period) ([]sla.Exclusion, error) {
	calendar, err := decodeCalendar(data)
	if err != nil {
		return nil, fmt.Errorf("%s: not an iCalendar file: %w", name, err)
	}
	events := calendar.Events()
	moved := map[string][]time.Time{} // by UID: occurrences that another event stands for
	for _, e := range events {
		if p := e.Props.Get(ical.PropRecurrenceID); p != nil {
			at, err := dateTime(p, zone)
			if err != nil {
				return nil, eventError(name, e, err)
			}
			moved[uid(e)] = append(moved[uid(e)], at)
		}
	}
	var all []sla.Exclusion
	for _, e := range events {
		if s, _ := e.Status(); s == ical.EventCancelled {
			continue
		}
		list, err := occurrences(e, zone, within, moved[uid(e)])
		if err == nil && len(all)+len(list) > maxOccurrences {
			err = fmt.Errorf("the calendar has more than %d events", maxOccurrences)
		}
		if err != nil {
			return nil, eventError(name, e, err)
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b sla.Exclusion) int { return a.From.Compare(b.From) })
	return all, nil
}

// decodeCalendar survives what the decoder does not foresee.
func decodeCalendar(data []byte) (c *ical.Calendar, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, errors.New("its structure is broken")
		}
	}()
	return ical.NewDecoder(strings.NewReader(string(data))).Decode()
}

func uid(e ical.Event) string {
	text, _ := e.Props.Text(ical.PropUID)
	return text
}

func eventError(name string, e ical.Event, err error) error {
	summary, _ := e.Props.Text(ical.PropSummary)
	if summary == "" {
		summary = uid(e)
	}
	return fmt.Errorf("%s: event %s: %w", name, quote(summary), err)
}

// occurrences expands one event.
func occurrences(e ical.Event, zone *time.Location, within timeline.Period, moved []time.Time) ([]sla.Exclusion, error) {
	start := e.Props.Get(ical.PropDateTimeStart)
	if start == nil {
		return nil, errors.New("it has no DTSTART")
	}
	from, err := dateTime(start, zone)
	if err != nil {
		return nil, err
	}
	to, err := end(e, start, from, zone)
	if err != nil {
		return nil, err
	}
	if from.Year() < firstYear || to.Year() > lastYear {
		return nil, fmt.Errorf("it lies in a year before %d or after %d", firstYear, lastYear)
	}
	if !from.Before(to) {
		return nil, fmt.Errorf("it ends at %s, which is not after it begins", to.Format(time.RFC3339))
	}
	announced, err := announcedAt(e, zone, from)
	if err != nil {
		return nil, err
	}
	summary, _ := e.Props.Text(ical.PropSummary)
	out := sla.Exclusion{Period: timeline.Period{From: from.UTC(), To: to.UTC()}, Announced: announced, Note: summary}
	starts, err := recurs(e, from, zone, within)
	if err != nil {
		return nil, err
	}
	days := sla.DateOf(to).Before(sla.DateOf(from)) || start.ValueType() == ical.ValueDate
	var list []sla.Exclusion
	for _, s := range starts {
		if slices.ContainsFunc(moved, s.Equal) && e.Props.Get(ical.PropRecurrenceID) == nil {
			continue
		}
		one := out
		one.From, one.To = s.UTC(), s.Add(to.Sub(from)).UTC()
		if days { // whole days have 23 or 25 hours where the clock changes
			count := int((to.Sub(from) + 12*time.Hour) / (24 * time.Hour))
			one.To = s.AddDate(0, 0, count).UTC()
		}
		if one.From.Before(within.To) && within.From.Before(one.To) {
			list = append(list, one)
		}
	}
	return list, nil
}

// end is DTEND, or DTSTART and DURATION, or a day where DTSTART is a day.
func end(e ical.Event, start *ical.Prop, from time.Time, zone *time.Location) (time.Time, error) {
	if p := e.Props.Get(ical.PropDateTimeEnd); p != nil {
		return dateTime(p, zone)
	}
	if p := e.Props.Get(ical.PropDuration); p != nil {
		d, err := p.Duration()
		return from.Add(d), err
	}
	if start.ValueType() == ical.ValueDate {
		return from.AddDate(0, 0, 1), nil
	}
	return time.Time{}, errors.New("it has neither DTEND nor DURATION: nobody knows when the work ends")
}

// recurs returns the starts of an event inside the period, or a little before. The
// library panics on some rules that it should refuse.
func recurs(e ical.Event, from time.Time, zone *time.Location, within timeline.Period) (starts []time.Time, err error) {
	defer func() {
		if r := recover(); r != nil {
			starts, err = nil, fmt.Errorf("its recurrence cannot be worked out: %v", r)
		}
	}()
	option, err := e.Props.RecurrenceRule()
	if err != nil {
		return nil, fmt.Errorf("its recurrence cannot be read: %w", err)
	}
	set := rrule.Set{}
	extra := false
	for _, p := range e.Props[ical.PropRecurrenceDates] {
		for _, at := range several(p) {
			t, err := dateTime(&at, zone)
			if err != nil {
				return nil, err
			}
			set.RDate(t)
			extra = true
		}
	}
	if option == nil && !extra {
		return []time.Time{from}, nil
	}
	if option != nil {
		if option.Freq > rrule.DAILY {
			return nil, errors.New("it recurs more often than daily, which maintenance does not")
		}
		option.Dtstart = from
		rule, err := rrule.NewRRule(*option)
		if err != nil {
			return nil, fmt.Errorf("its recurrence cannot be read: %w", err)
		}
		set.RRule(rule)
	} else {
		set.RDate(from)
	}
	for _, p := range e.Props[ical.PropExceptionDates] {
		for _, at := range several(p) {
			t, err := dateTime(&at, zone)
			if err != nil {
				return nil, err
			}
			set.ExDate(t)
		}
	}
	next := set.Iterator()
	for range maxOccurrences {
		t, ok := next()
		if !ok || !t.Before(within.To) {
			return starts, nil
		}
		if t.After(within.From.AddDate(0, 0, -31)) {
			starts = append(starts, t)
		}
	}
	return nil, fmt.Errorf("it recurs more than %d times", maxOccurrences)
}

// several parts a property that lists values with commas.
func several(p ical.Prop) []ical.Prop {
	var list []ical.Prop
	for value := range strings.SplitSeq(p.Value, ",") {
		one := p
		one.Value = strings.TrimSpace(value)
		list = append(list, one)
	}
	return list
}

// announcedAt is when users were told. What an event says of its own making is
// only believed where it lies before the work.
func announcedAt(e ical.Event, zone *time.Location, from time.Time) (time.Time, error) {
	if p := e.Props.Get(announcedProperty); p != nil {
		at, err := dateTime(p, zone)
		if err == nil && at.After(from) {
			err = fmt.Errorf("it was announced at %s, after it began", at.Format(time.RFC3339))
		}
		return at.UTC(), err
	}
	names := []string{ical.PropCreated, ical.PropDateTimeStamp}
	if p := e.Props.Get(ical.PropSequence); p != nil && strings.TrimLeft(p.Value, "0") != "" {
		names = []string{ical.PropLastModified, ical.PropDateTimeStamp}
	}
	for _, n := range names {
		if p := e.Props.Get(n); p != nil {
			if at, err := dateTime(p, zone); err == nil && !at.After(from) {
				return at.UTC(), nil
			}
		}
	}
	return time.Time{}, nil
}

// dateTime reads a date or a time. The zone of the property comes first.
func dateTime(p *ical.Prop, zone *time.Location) (time.Time, error) {
	if id := p.Params.Get(ical.PropTimezoneID); id != "" {
		own, err := time.LoadLocation(strings.TrimPrefix(id, "/"))
		if err != nil || id == "Local" {
			return time.Time{}, fmt.Errorf("its time zone %s is not in the IANA time zone database: write it like Asia/Tokyo", quote(id))
		}
		zone = own
	}
	for _, layout := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		in := zone
		if strings.HasSuffix(layout, "Z") {
			in = time.UTC
		}
		if t, err := time.ParseInLocation(layout, p.Value, in); err == nil {
			if layout == "20060102" {
				return sla.DateOf(t).Start(zone), nil
			}
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %s is neither a date nor a time", p.Name, quote(p.Value))
}
