package web

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/timeline"
)

var epoch = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)

// drawSpans covers n minutes with spans of any kind.
func drawSpans(t *rapid.T, n int) []timeline.Span {
	var out []timeline.Span
	for at := 0; at < n; {
		long := rapid.IntRange(1, n-at).Draw(t, "long")
		kind := kindOrder[rapid.IntRange(0, len(kindOrder)-1).Draw(t, "kind")]
		out = append(out, timeline.Span{From: epoch.Add(time.Duration(at) * time.Minute), To: epoch.Add(time.Duration(at+long) * time.Minute), Kind: kind})
		at += long
	}
	return out
}

// TestColumns checks that no time is lost or made up on its way into a picture.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.IntRange(1, 90).Draw(t, "minutes")
		spans := drawSpans(t, minutes)
		p := timeline.Period{From: epoch, To: epoch.Add(time.Duration(minutes) * time.Minute)}
		var got column
		for _, c := range columns(spans, p, rapid.IntRange(1, 100).Draw(t, "columns")) {
			for k, d := range c {
				got[k] += d
			}
		}
		if want := sums(spans); got != want {
			t.Fatalf("columns hold %v, want %v", got, want)
		}
	})
}

// TestShortOutageIsDrawn checks that one second of a year is seen.
func TestShortOutageIsDrawn(t *testing.T) {
	year := timeline.Period{From: epoch, To: epoch.AddDate(1, 0, 0)}
	down := epoch.AddDate(0, 5, 0)
	spans := []timeline.Span{
		{From: year.From, To: down, Kind: timeline.Up},
		{From: down, To: down.Add(time.Second), Kind: timeline.Down},
		{From: down.Add(time.Second), To: year.To, Kind: timeline.Up},
	}
	seen := 0
	for _, c := range columns(spans, year, stripColumns) {
		if c.shows(timeline.Down) {
			seen++
		}
		if !c.shows(timeline.Up) {
			t.Error("a column with a second of outage is not drawn up")
		}
	}
	if seen != 1 {
		t.Errorf("the outage is drawn in %d columns, want 1", seen)
	}
}

func TestTicks(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{formatter: &formatter{english, zone}}
	end := time.Date(2026, time.November, 3, 17, 23, 11, 0, zone) // after a change of clocks
	for _, length := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 365 * 24 * time.Hour, 5 * 365 * 24 * time.Hour} {
		ticks := v.ticks(timeline.Period{From: end.Add(-length), To: end})
		if len(ticks) < 2 && length > time.Minute || len(ticks) > 7 {
			t.Errorf("%v has %d ticks: %v", length, len(ticks), ticks)
		}
		for i, k := range ticks {
			if k.at < 0 || k.at > 1 || i > 0 && k.at <= ticks[i-1].at {
				t.Errorf("%v: tick %d at %v", length, i, k.at)
			}
		}
	}
}

func TestNiceTop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(1, int64(10*time.Minute)).Draw(t, "d"))
		top, step := niceTop(d)
		if top < d || step <= 0 || top/step > 5 || top%step != 0 {
			t.Fatalf("niceTop(%v) = %v, %v", d, top, step)
		}
	})
}

func FuzzPeriodOf(f *testing.F) {
	f.Add("2026-10-01", "2026-10-02T00:00:00+09:00")
	f.Add("", "0001-01-01")
	f.Fuzz(func(t *testing.T, from, to string) {
		p, err := periodOf(from, to, epoch, time.UTC)
		if err == nil && !p.From.Before(p.To) {
			t.Errorf("periodOf(%q, %q) = %v", from, to, p)
		}
	})
}
