package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

// BenchmarkReadingYear reads what the charts of a device over a year need: the days of
// twelve series that were read every five minutes.
func BenchmarkReadingYear(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "s.db"), Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	now := time.Now().UTC().Truncate(24 * time.Hour)
	from := now.AddDate(-1, 0, 0)
	series := make([]device.Series, 12)
	for i := range series {
		series[i] = device.Series{Device: "switch", Kind: device.Storage, Instance: string(rune('a' + i))}
	}
	n := 0
	for at := from; at.Before(now); at = at.Add(5 * time.Minute) {
		for i, id := range series {
			s.AppendReadings("switch", []device.Reading{{Series: id, At: at, Value: ratio(n + i)}})
		}
		if n++; n%2000 == 0 {
			if err := s.Sync(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	if err := s.finishReadings(time.Now()); err != nil {
		b.Fatal(err)
	}
	for stepped := true; stepped; {
		if stepped, err = s.stepSums(time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		for _, id := range series {
			days, err := s.ReadingDays(id, timeline.Period{From: from, To: now})
			if err != nil || len(days) < 364 {
				b.Fatalf("%d days, %v", len(days), err)
			}
		}
	}
	b.ReportMetric(float64(s.Stats().Bytes-s.Stats().FreeBytes)/float64(12*n), "B/reading-on-disk")
}
