package chart

import (
	"math"
	"strings"
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
		kind := Kinds[rapid.IntRange(0, len(Kinds)-1).Draw(t, "kind")]
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
		var got Sums
		for _, c := range columns(spans, p, rapid.IntRange(1, 100).Draw(t, "columns")) {
			for k, d := range c {
				got[k] += d
			}
		}
		if want := Sum(spans); got != want {
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
	end := time.Date(2026, time.November, 3, 17, 23, 11, 0, zone) // after a change of clocks
	for _, length := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 365 * 24 * time.Hour, 5 * 365 * 24 * time.Hour} {
		ticks := ticks(timeline.Period{From: end.Add(-length), To: end}, zone)
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

// TestRound checks that an axis holds its values, in five steps at most.
func TestRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(1e-3, 1e12).Draw(t, "v")
		top, step := Round(v)
		if n := top / step; top < v*(1-1e-9) || step <= 0 || n > 5+1e-6 || math.Abs(n-math.Round(n)) > 1e-6 {
			t.Fatalf("Round(%v) = %v, %v", v, top, step)
		}
	})
}

// TestMost checks that an answer which hung is marked, at the edge when it is off the
// scale, and that one of the usual kind is not.
func TestMost(t *testing.T) {
	l := Line{
		Points: []Point{
			{At: .125, Wide: .25, Middle: 40, High: 80, Most: 90},
			{At: .375, Wide: .25, Middle: 40, High: 60, Most: 95},
			{At: .625, Wide: .25, Middle: 40, High: 80, Most: 9000},
			{At: .875, Wide: .25, Middle: 40, High: 80},
		},
		Top: 100, Step: 50, Period: timeline.Period{From: epoch, To: epoch.Add(time.Hour)}, Zone: time.UTC,
		Word: func(float64) string { return "" },
	}
	picture := string(l.Draw())
	if want := `<path class="most" d="M250.0,5.0h250.0M500.0,0.0h250.0"/>`; !strings.Contains(picture, want) {
		t.Errorf("want %s in\n%s", want, picture)
	}
	l.Points = l.Points[:1]
	if picture := string(l.Draw()); strings.Contains(picture, "most") {
		t.Errorf("a usual answer is marked:\n%s", picture)
	}
}
