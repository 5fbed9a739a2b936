package web

import (
	"testing"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

// askedFor notes what a chart is made of.
type askedFor struct{ what string }

func (a *askedFor) SeriesOf(device.ID) []device.Series { return nil }

func (a *askedFor) Readings(device.Series, timeline.Period) ([]device.Reading, error) {
	a.what = "readings"
	return nil, nil
}

func (a *askedFor) ReadingHours(device.Series, timeline.Period) ([]ReadingSum, error) {
	a.what = "hours"
	return nil, nil
}

func (a *askedFor) ReadingDays(device.Series, timeline.Period) ([]ReadingSum, error) {
	a.what = "days"
	return nil, nil
}

// TestReadingSource makes a chart of what has about as many points as it has columns.
func TestReadingSource(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		length, interval time.Duration
		want             string
	}{
		{time.Hour, 10 * time.Second, "readings"},
		{25 * time.Hour, 10 * time.Second, "readings"},
		{7 * day, 10 * time.Second, "hours"},
		{7 * day, time.Minute, "hours"},
		{7 * day, 5 * time.Minute, "readings"},
		{30 * day, 5 * time.Minute, "hours"},
		{90 * day, 5 * time.Minute, "days"},
		{7 * day, 0, "hours"},
	} {
		var a askedFor
		s := &server{Options: Options{Readings: &a}}
		if _, err := s.readingPoints(device.Series{}, c.interval, timeline.Period{From: now.Add(-c.length), To: now}); err != nil || a.what != c.want {
			t.Errorf("%s of readings every %s: made of %s, %v, want %s", c.length, c.interval, a.what, err, c.want)
		}
	}
}
