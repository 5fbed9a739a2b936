package alert_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/timeline"
)

func TestRota(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	members := [][]alert.Channel{{"anna"}, {"ben"}, {"chie"}}
	week := alert.Rota{Start: time.Date(2026, 3, 2, 9, 0, 0, 0, berlin), Every: 7 * 24 * time.Hour, Zone: berlin, Members: members}
	half := alert.Rota{Start: time.Date(2026, 3, 2, 8, 0, 0, 0, berlin), Every: 12 * time.Hour, Zone: berlin, Members: members[:2]}
	night := alert.Rota{Start: time.Date(2026, 3, 2, 2, 30, 0, 0, berlin), Every: 24 * time.Hour, Zone: berlin, Members: members[:2]}
	trip := week
	trip.Shifts = []alert.Shift{
		{Period: timeline.Period{From: at(t, "2026-04-01T00:00:00+02:00"), To: at(t, "2026-04-03T00:00:00+02:00")}, Channels: []alert.Channel{"dora"}},
		{Period: timeline.Period{From: at(t, "2026-04-02T00:00:00+02:00"), To: at(t, "2026-04-03T00:00:00+02:00")}, Channels: []alert.Channel{"emil"}},
	}
	tests := []struct {
		name string
		rota alert.Rota
		at   string
		want string
	}{
		{"first turn", week, "2026-03-02T09:00:00+01:00", "anna"},
		{"a second before the hand-over", week, "2026-03-09T08:59:59+01:00", "anna"},
		{"the hand-over", week, "2026-03-09T09:00:00+01:00", "ben"},
		{"before the start", week, "2026-03-02T08:59:59+01:00", "chie"},
		{"the week with an hour less ends at 9:00", week, "2026-03-30T08:59:59+02:00", "anna"},
		{"and not an hour later", week, "2026-03-30T09:00:00+02:00", "ben"},
		{"the week with an hour more ends at 9:00", week, "2026-10-26T08:59:59+01:00", "anna"},
		{"and not an hour earlier", week, "2026-10-26T09:00:00+01:00", "ben"},
		{"shifts of half a day, day", half, "2026-06-01T19:59:59+02:00", "anna"},
		{"shifts of half a day, night", half, "2026-06-01T20:00:00+02:00", "ben"},
		{"the night of 11 hours", half, "2026-03-29T07:59:59+02:00", "ben"},
		{"the night of 13 hours", half, "2026-10-25T07:59:59+01:00", "ben"},
		{"at an hour that comes twice, the first", night, "2026-10-25T02:29:59+02:00", "anna"},
		{"and from then on", night, "2026-10-25T02:30:00+02:00", "ben"},
		{"also when it comes again", night, "2026-10-25T02:10:00+01:00", "ben"},
		{"at an hour that is left out", night, "2026-03-29T03:30:00+02:00", "ben"},
		{"the calendar goes before turns", trip, "2026-04-01T12:00:00+02:00", "dora"},
		{"two of the calendar", trip, "2026-04-02T12:00:00+02:00", "dora emil"},
		{"where the calendar names nobody", trip, "2026-04-03T00:00:00+02:00", "ben"},
		{"nobody at all", alert.Rota{}, "2026-04-03T00:00:00+02:00", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, c := range tt.rota.On(at(t, tt.at)) {
			got = append(got, string(c))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: On(%s) = %q, want %q", tt.name, tt.at, got, tt.want)
		}
	}
}

// TestRotaTakesTurns: whatever the zone does, the next one on duty is the next member,
// and everybody is on duty for Every by the clock, an hour more or less apart.
func TestRotaTakesTurns(t *testing.T) {
	members := [][]alert.Channel{{"0"}, {"1"}, {"2"}}
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		r := alert.Rota{Zone: z, Members: members, Start: time.Unix(rapid.Int64Range(1_600_000_000, 1_700_000_000).Draw(t, "start"), 0),
			Every: time.Duration(rapid.IntRange(4, 24*15).Draw(t, "every")) * time.Hour}
		now := r.Start.Add(time.Duration(rapid.IntRange(-5000, 50_000).Draw(t, "after")) * time.Hour)
		last, changed := r.On(now)[0], time.Time{}
		for range 24 * 60 {
			now = now.Add(30 * time.Minute)
			on := r.On(now)[0]
			if on == last {
				continue
			}
			if want := alert.Channel(rune('0' + (last[0]-'0'+1)%3)); on != want {
				t.Fatalf("at %v: after %s comes %s", now, last, on)
			}
			if length := now.Sub(changed); !changed.IsZero() && (length < r.Every-90*time.Minute || length > r.Every+90*time.Minute) {
				t.Fatalf("at %v: a turn of %v, want %v", now, length, r.Every)
			}
			last, changed = on, now
		}
	})
}
