package alert_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/alert"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDispatchLast(t *testing.T) {
	tokyo, berlin := zone(t, "Asia/Tokyo"), zone(t, "Europe/Berlin")
	nine := 9 * time.Hour
	tests := []struct {
		name     string
		d        alert.Dispatch
		zone     *time.Location
		now      string
		from, to string
	}{
		{"on the 1st, a minute too early", alert.Dispatch{Every: alert.Monthly, At: nine}, tokyo, "2026-11-01T08:59:00+09:00", "2026-09-01T00:00:00+09:00", "2026-10-01T00:00:00+09:00"},
		{"on the 1st", alert.Dispatch{Every: alert.Monthly, At: nine}, tokyo, "2026-11-01T09:00:00+09:00", "2026-10-01T00:00:00+09:00", "2026-11-01T00:00:00+09:00"},
		{"the month of the zone, not of UTC", alert.Dispatch{Every: alert.Monthly}, tokyo, "2026-10-31T15:00:00Z", "2026-10-01T00:00:00+09:00", "2026-11-01T00:00:00+09:00"},
		{"over the year", alert.Dispatch{Every: alert.Monthly, At: nine}, tokyo, "2027-01-20T00:00:00Z", "2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00"},
		{"Monday morning", alert.Dispatch{Every: alert.Weekly, Weekday: time.Monday, At: nine}, tokyo, "2026-11-23T09:00:00+09:00", "2026-11-16T00:00:00+09:00", "2026-11-23T00:00:00+09:00"},
		{"Monday, too early", alert.Dispatch{Every: alert.Weekly, Weekday: time.Monday, At: nine}, tokyo, "2026-11-23T08:00:00+09:00", "2026-11-09T00:00:00+09:00", "2026-11-16T00:00:00+09:00"},
		{"Sunday, weeks from Monday", alert.Dispatch{Every: alert.Weekly, Weekday: time.Monday, At: nine}, tokyo, "2026-11-22T23:00:00+09:00", "2026-11-09T00:00:00+09:00", "2026-11-16T00:00:00+09:00"},
		{"a day of 23 hours", alert.Dispatch{Every: alert.Daily, At: nine}, berlin, "2026-03-30T09:00:00+02:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		{"a day of 25 hours", alert.Dispatch{Every: alert.Daily, At: nine}, berlin, "2026-10-26T09:00:00+01:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"},
		{"at an hour that was left out", alert.Dispatch{Every: alert.Daily, At: 2*time.Hour + 30*time.Minute}, berlin, "2026-03-29T03:30:00+02:00", "2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00"},
	}
	for _, tt := range tests {
		got := tt.d.Last(at(t, tt.now), tt.zone)
		if !got.From.Equal(at(t, tt.from)) || !got.To.Equal(at(t, tt.to)) {
			t.Errorf("%s: Last(%s) = %v to %v, want %s to %s", tt.name, tt.now, got.From, got.To, tt.from, tt.to)
		}
	}
}

// TestDispatchesFollow: whenever one looks, the last period is the one before's next,
// so that none is left out and none comes twice.
func TestDispatchesFollow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := alert.Dispatch{
			Every:   rapid.SampledFrom([]alert.Cadence{alert.Daily, alert.Weekly, alert.Monthly}).Draw(t, "every"),
			At:      time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "at")) * time.Minute,
			Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")),
		}
		now := time.Unix(rapid.Int64Range(1_000_000_000, 2_000_000_000).Draw(t, "now"), 0)
		p := d.Last(now, z)
		for range 40 {
			now = now.Add(time.Duration(rapid.IntRange(1, 23).Draw(t, "hours")) * time.Hour)
			q := d.Last(now, z)
			if next := d.Next(p, z); !q.From.Equal(p.From) && (!q.From.Equal(next.From) || !q.To.Equal(next.To)) || !q.To.After(q.From) || q.To.After(now) {
				t.Fatalf("at %v: after %v to %v comes %v to %v", now, p.From, p.To, q.From, q.To)
			}
			p = q
		}
	})
}
