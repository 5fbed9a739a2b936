package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// tokyoTime reads a moment of 2026 in Tokyo.
func tokyoTime(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+text, zone(t, "Asia/Tokyo"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func work(t testing.TB, id, from, to, announced string) Exclusion {
	t.Helper()
	e := Exclusion{ID: id, Period: timeline.Period{From: tokyoTime(t, from), To: tokyoTime(t, to)}}
	if announced != "" {
		e.Announced = tokyoTime(t, announced)
	}
	return e
}

func TestMaintenanceLeadTime(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	holidays := Calendar{Date{2026, 11, 3}: "Culture Day", Date{2026, 11, 23}: "Labour Thanksgiving Day"}
	days := func(n int) Claim {
		return Claim{Window: Window{Zone: tokyo}, MinNotice: 14 * 24 * time.Hour, Work: MaintenanceRule{BusinessDays: n, Holidays: holidays}}
	}
	for _, c := range []struct {
		name      string
		claim     Claim
		announced string
		planned   bool
		days      int
	}{
		{"two weeks to the minute", days(0), "11-15 01:00", true, 0},
		{"a minute less than two weeks", days(0), "11-15 01:01", false, 0},
		{"nobody knows when", days(0), "", false, 0},
		{"ten business days, one of them a holiday", days(10), "11-12 23:59", true, 10},
		{"announced on the day after", days(10), "11-13 00:00", false, 9},
		{"business days rule even where two weeks were kept", days(15), "11-09 09:00", false, 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.claim.Maintenance([]Exclusion{work(t, "a", "11-29 01:00", "11-29 05:00", c.announced)})[0]
			if r.Planned != c.planned || r.LeadDays != c.days {
				t.Errorf("planned = %v, %d business days, want %v, %d", r.Planned, r.LeadDays, c.planned, c.days)
			}
		})
	}
}

func TestMaintenanceCaps(t *testing.T) {
	claim := Claim{Window: Window{Zone: zone(t, "Asia/Tokyo")}, ExcludeMaintenance: true,
		Work: MaintenanceRule{MaxPerMonth: 5 * time.Hour, MaxPerYear: 8 * time.Hour}}
	rulings := claim.Maintenance([]Exclusion{
		work(t, "c", "11-30 22:00", "12-01 02:00", ""), // both months have room, the year has 3 hours
		work(t, "a", "11-02 01:00", "11-02 04:00", ""),
		work(t, "b", "11-02 03:00", "11-02 05:00", ""), // the first of its hours is paid already
	})
	want := []struct {
		id           string
		left, capped time.Duration
	}{{"a", 3 * time.Hour, 0}, {"b", 2 * time.Hour, 0}, {"c", 3 * time.Hour, time.Hour}}
	for i, w := range want {
		r := rulings[i]
		if r.ID != w.id || r.Left.Length() != w.left || r.Capped != w.capped {
			t.Errorf("ruling %d is %s with %s left out, %s capped, want %s, %s, %s", i, r.ID, r.Left.Length(), r.Capped, w.id, w.left, w.capped)
		}
	}
}

func TestMaintenanceMoved(t *testing.T) {
	claim := Claim{Window: Window{Zone: zone(t, "Asia/Tokyo")}, MinNotice: 14 * 24 * time.Hour}
	first := work(t, "a", "11-20 01:00", "11-20 05:00", "11-01 09:00")
	second := work(t, "b", "11-22 01:00", "11-22 05:00", "11-18 09:00")
	second.Replaces = "a"
	rulings := claim.Maintenance([]Exclusion{first, second})
	if !rulings[0].Withdrawn || rulings[0].Left != nil {
		t.Errorf("the window that was moved still counts: %+v", rulings[0])
	}
	if rulings[1].Planned {
		t.Error("a move four days ahead is planned, want an emergency: it is a new announcement")
	}
}

func TestMaintenanceOverrun(t *testing.T) {
	claim := Claim{Availability: Figure{PPB: 999_000_000, Digits: 1}, Window: Window{Kind: Fixed, Zone: time.UTC}, ExcludeMaintenance: true}
	p := timeline.Period{From: tokyoTime(t, "11-01 00:00"), To: tokyoTime(t, "12-01 00:00")}
	e := work(t, "a", "11-20 01:00", "11-20 05:00", "")
	stretch := func(state check.State, from, to time.Time) timeline.Stretch {
		n := int(to.Sub(from)/time.Minute) + 1
		return timeline.Stretch{State: state, First: from, Last: to, Results: n, Base: n, Interval: time.Minute}
	}
	end := tokyoTime(t, "11-20 05:30")
	series := []timeline.Series{{Interval: time.Minute, Stretches: []timeline.Stretch{
		stretch(check.Up, p.From, e.From), stretch(check.Down, e.From.Add(time.Minute), end),
		stretch(check.Up, end.Add(time.Minute), p.To.Add(-time.Minute)),
	}}}
	v := Hold(claim, p, p.To, series, []Exclusion{e})
	if want := 30*time.Minute + 30*time.Second; v.Downtime.Point != want {
		t.Errorf("downtime = %s, want %s: what goes past the announced end", v.Downtime.Point, want)
	}
	r := claim.Maintenance([]Exclusion{e})[0]
	if got := r.Overrun(v.Incidents); got != 30*time.Minute {
		t.Errorf("Overrun = %s, want 30m", got)
	}
	claim.ExcludeMaintenance = false
	if v := Hold(claim, p, p.To, series, []Exclusion{e}); v.Downtime.Point <= 4*time.Hour {
		t.Errorf("with maintenance counted, downtime = %s, want more than 4 h", v.Downtime.Point)
	}
}

func TestCheckAnnouncement(t *testing.T) {
	others := []Exclusion{work(t, "a", "11-20 01:00", "11-20 05:00", "")}
	moved := work(t, "b", "11-20 03:00", "11-20 06:00", "")
	moved.Replaces = "a"
	for _, c := range []struct {
		name string
		e    Exclusion
		want string
	}{
		{"good", work(t, "b", "11-20 05:00", "11-20 06:00", "11-01 00:00"), ""},
		{"reversed", work(t, "b", "11-20 06:00", "11-20 05:00", ""), "not after it begins"},
		{"announced afterwards", work(t, "b", "11-21 01:00", "11-21 05:00", "11-21 02:00"), "after it began"},
		{"overlapping", work(t, "b", "11-20 04:59", "11-20 06:00", ""), "overlaps the one from"},
		{"moved", moved, ""},
	} {
		err := CheckAnnouncement(c.e, others)
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: CheckAnnouncement = %v, want %q", c.name, err, c.want)
		}
	}
}

// BenchmarkMaintenance rules on ten years of weekly work, as a recurring event of a
// calendar makes it. Every verdict of a claim needs it.
func BenchmarkMaintenance(b *testing.B) {
	first := work(b, "", "01-04 01:00", "01-04 05:00", "")
	var all []Exclusion
	for week := range 520 {
		e := first
		e.From, e.To = e.From.AddDate(0, 0, 7*week), e.To.AddDate(0, 0, 7*week)
		e.Announced = e.From.AddDate(0, 0, -20)
		all = append(all, e)
	}
	claim := Claim{Window: Window{Zone: zone(b, "Asia/Tokyo")}, MinNotice: 14 * 24 * time.Hour, Work: MaintenanceRule{MaxPerMonth: 8 * time.Hour}}
	for b.Loop() {
		plannedTime(claim, all)
	}
}
