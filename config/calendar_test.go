package config

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/timeline"
)

// event wraps properties of one event into a calendar.
func event(properties string) []byte {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20261101T000000Z\n" + properties + "END:VEVENT\nEND:VCALENDAR\n"
	return []byte(strings.ReplaceAll(text, "\n", "\r\n"))
}

func TestParseCalendar(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	within := timeline.Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, tokyo), To: time.Date(2027, 1, 1, 0, 0, 0, 0, tokyo)}
	for _, c := range []struct{ name, properties, want string }{
		{"one night", "SUMMARY:Relays\nDTSTART;TZID=Asia/Tokyo:20261206T010000\nDTEND;TZID=Asia/Tokyo:20261206T050000\n",
			"2026-12-06 01:00 to 2026-12-06 05:00 announced 2026-11-01 09:00"},
		{"times without a zone are the site's", "DTSTART:20261206T010000\nDURATION:PT2H\nCREATED:20261001T000000Z\n",
			"2026-12-06 01:00 to 2026-12-06 03:00 announced 2026-10-01 09:00"},
		{"moved: the change is the announcement", "DTSTART:20261206T010000\nDURATION:PT2H\nCREATED:20261001T000000Z\nLAST-MODIFIED:20261130T000000Z\nSEQUENCE:1\n",
			"2026-12-06 01:00 to 2026-12-06 03:00 announced 2026-11-30 09:00"},
		{"stated", "DTSTART:20261206T010000\nDURATION:PT2H\nX-SLAMON-ANNOUNCED:20261102T000000Z\n",
			"2026-12-06 01:00 to 2026-12-06 03:00 announced 2026-11-02 09:00"},
		{"edited after the fact", "DTSTART:20261006T010000\nDURATION:PT2H\n", "2026-10-06 01:00 to 2026-10-06 03:00 announced never"},
		{"third Sundays, one left out", "DTSTART;TZID=Asia/Tokyo:20260920T010000\nDURATION:PT2H\nRRULE:FREQ=MONTHLY;BYDAY=3SU\nEXDATE;TZID=Asia/Tokyo:20261018T010000\n",
			"2026-09-20 01:00 to 2026-09-20 03:00 announced never; 2026-11-15 01:00 to 2026-11-15 03:00 announced never; 2026-12-20 01:00 to 2026-12-20 03:00 announced never"},
		{"a whole day", "DTSTART;VALUE=DATE:20261231\n", "2026-12-31 00:00 to 2027-01-01 00:00 announced 2026-11-01 09:00"},
		{"cancelled", "DTSTART:20261206T010000\nDURATION:PT2H\nSTATUS:CANCELLED\n", ""},
		{"broken zone", "SUMMARY:Relays\nDTSTART;TZID=Tokyo Standard Time:20261206T010000\nDURATION:PT2H\n",
			`x.ics: event "Relays": its time zone "Tokyo Standard Time" is not in the IANA time zone database: write it like Asia/Tokyo`},
		{"reversed", "DTSTART:20261206T050000\nDTEND:20261206T010000\n", `x.ics: event "1": it ends at 2026-12-06T01:00:00+09:00, which is not after it begins`},
		{"no end", "DTSTART:20261206T050000\n", `x.ics: event "1": it has neither DTEND nor DURATION: nobody knows when the work ends`},
		{"announced afterwards", "DTSTART:20261206T010000\nDURATION:PT2H\nX-SLAMON-ANNOUNCED:20261207T000000Z\n",
			`x.ics: event "1": it was announced at 2026-12-07T00:00:00Z, after it began`},
		{"every second", "DTSTART:20261206T010000\nDURATION:PT2H\nRRULE:FREQ=SECONDLY\n", `x.ics: event "1": it recurs more often than daily, which maintenance does not`},
		{"broken recurrence", "DTSTART:20261206T010000\nDURATION:PT2H\nRRULE:FREQ=SOMETIMES\n", `x.ics: event "1": its recurrence cannot be read`},
		{"not a time", "DTSTART:tomorrow\nDURATION:PT2H\n", `x.ics: event "1": DTSTART "tomorrow" is neither a date nor a time`},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := ParseCalendar("x.ics", event(c.properties), tokyo, within)
			var parts []string
			for _, e := range list {
				announced := "never"
				if !e.Announced.IsZero() {
					announced = e.Announced.In(tokyo).Format("2006-01-02 15:04")
				}
				parts = append(parts, e.From.In(tokyo).Format("2006-01-02 15:04")+" to "+e.To.In(tokyo).Format("2006-01-02 15:04")+" announced "+announced)
			}
			got := strings.Join(parts, "; ")
			if err != nil {
				got = err.Error()
			}
			if got != c.want && (err == nil || !strings.HasPrefix(got, c.want) || c.want == "") {
				t.Errorf("ParseCalendar = %s\nwant %s", got, c.want)
			}
		})
	}
}

func FuzzParseCalendar(f *testing.F) {
	f.Add(event("DTSTART;TZID=Asia/Tokyo:20260920T010000\nDURATION:PT2H\nRRULE:FREQ=MONTHLY;BYDAY=3SU\nEXDATE:20261018T010000\n"))
	f.Add(event("DTSTART;VALUE=DATE:20261231\nRDATE;VALUE=DATE:20270101,20270102\n"))
	f.Add([]byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
	within := Horizon(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ParseCalendar("x.ics", data, time.UTC, within)
		if err != nil {
			return
		}
		for _, e := range list {
			if !e.From.Before(e.To) || !e.From.Before(within.To) || !within.From.Before(e.To) {
				t.Errorf("event from %v to %v", e.From, e.To)
			}
		}
	})
}
