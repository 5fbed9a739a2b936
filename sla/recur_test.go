package sla

import (
	"testing"
	"time"

	"github.com/slamon/slamon/timeline"
)

func TestRecurringWindows(t *testing.T) {
	year := func(m time.Month, d int) Window { return Window{Kind: ContractYear, Starts: MonthDay{m, d}} }
	fiscal := func(m time.Month, d int) Window { return Window{Kind: FiscalQuarter, Starts: MonthDay{m, d}} }
	for _, c := range []struct {
		name, zone, now string // local
		w               Window
		from, to        string
		length          time.Duration
	}{
		{"quarter", "Asia/Tokyo", "2026-11-23 10:00", Window{Kind: CalendarQuarter}, "2026-10-01 00:00", "2027-01-01 00:00", 92 * 24 * time.Hour},
		{"quarter with both changes of the clock in it", "Europe/Berlin", "2026-12-31 23:59", Window{Kind: CalendarQuarter}, "2026-10-01 00:00", "2027-01-01 00:00", 92*24*time.Hour + time.Hour},
		{"quarter of spring is an hour short", "Europe/Berlin", "2026-01-01 00:00", Window{Kind: CalendarQuarter}, "2026-01-01 00:00", "2026-04-01 00:00", 90*24*time.Hour - time.Hour},
		{"fiscal quarter from February", "UTC", "2027-01-31 23:59", fiscal(2, 1), "2026-11-01 00:00", "2027-02-01 00:00", 92 * 24 * time.Hour},
		{"fiscal quarter from the 31st", "UTC", "2027-02-28 12:00", fiscal(8, 31), "2027-02-28 00:00", "2027-05-31 00:00", 92 * 24 * time.Hour},
		{"before the day of the border", "UTC", "2027-02-27 12:00", fiscal(8, 31), "2026-11-30 00:00", "2027-02-28 00:00", 90 * 24 * time.Hour},
		{"contract year of the sheet", "Asia/Tokyo", "2020-10-01 00:00", year(10, 1), "2020-10-01 00:00", "2021-10-01 00:00", 365 * 24 * time.Hour},
		{"the day before belongs to the last year", "Asia/Tokyo", "2020-09-30 23:59", year(10, 1), "2019-10-01 00:00", "2020-10-01 00:00", 366 * 24 * time.Hour},
		{"from a leap day", "UTC", "2027-03-01 00:00", year(2, 29), "2027-02-28 00:00", "2028-02-29 00:00", 366 * 24 * time.Hour},
		{"month", "UTC", "2028-02-29 12:00", Window{Kind: CalendarMonth}, "2028-02-01 00:00", "2028-03-01 00:00", 29 * 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.w.Zone = zone(t, c.zone)
			now, err := time.ParseInLocation("2006-01-02 15:04", c.now, c.w.Zone)
			if err != nil {
				t.Fatal(err)
			}
			p := c.w.Period(now)
			if got := p.From.Format("2006-01-02 15:04"); got != c.from {
				t.Errorf("from = %s, want %s", got, c.from)
			}
			if got := p.To.Format("2006-01-02 15:04"); got != c.to {
				t.Errorf("to = %s, want %s", got, c.to)
			}
			if p.Length() != c.length {
				t.Errorf("length = %s, want %s", p.Length(), c.length)
			}
			if before := c.w.Previous(p); !before.To.Equal(p.From) || !before.From.Before(before.To) {
				t.Errorf("Previous = %v, want one that ends at %v", before, p.From)
			}
		})
	}
}

// TestWindowsTouch walks through twenty years: no moment is outside of all windows
// or in two.
func TestWindowsTouch(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Tokyo", "America/Sao_Paulo", "Asia/Beirut"} {
		for _, w := range []Window{{Kind: CalendarMonth}, {Kind: CalendarQuarter}, {Kind: FiscalQuarter, Starts: MonthDay{2, 29}}, {Kind: ContractYear, Starts: MonthDay{10, 31}}} {
			w.Zone = zone(t, name)
			p := w.Period(time.Date(2009, 6, 1, 0, 0, 0, 0, time.UTC))
			for p.To.Year() < 2030 {
				next := w.Period(p.To)
				if !next.From.Equal(p.To) {
					t.Fatalf("%s in %s: the window after %v is %v", w.Kind, name, p, next)
				}
				if last := w.Period(p.To.Add(-1)); last != p {
					t.Fatalf("%s in %s: the last moment of %v is in %v", w.Kind, name, p, last)
				}
				p = next
			}
		}
	}
}

func TestMonths(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	p := Window{Kind: ContractYear, Starts: MonthDay{10, 15}, Zone: tokyo}.Period(time.Date(2026, 11, 1, 0, 0, 0, 0, tokyo))
	parts := Months(p, tokyo)
	if len(parts) != 13 {
		t.Fatalf("a contract year from the 15th has %d parts, want 13", len(parts))
	}
	var sum time.Duration
	for i, m := range parts {
		sum += m.Length()
		if i > 0 && m.From != parts[i-1].To {
			t.Errorf("part %d begins at %v, want %v", i, m.From, parts[i-1].To)
		}
	}
	if sum != p.Length() {
		t.Errorf("the parts sum to %s, want %s", sum, p.Length())
	}
	if got := Months(timeline.Period{From: p.From, To: p.From}, tokyo); len(got) != 0 {
		t.Errorf("Months of nothing = %v", got)
	}
}
